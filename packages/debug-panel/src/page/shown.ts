/** What a page is made of. */
import type { KnownEngines } from '../known-engines';
import type { KnownOptions } from '../options';
import type { RequestLog } from '../request-log';

export interface Shown {
  readonly log: RequestLog;
  readonly engines: KnownEngines;
  readonly options: KnownOptions;
  /** The path of the page, without a slash at its end. */
  readonly base: string;
}
