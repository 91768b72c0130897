/** What the suites of a style work with: the app's own database, and the style's own way to write a user. */
import type { Engine, ScopedSession } from '@quartet/db-core';
import type { NewUser, Queries } from '@quartet/http-contract';
import type { Express } from 'express';
import type { TranscriptSubject } from '../transcript';

export interface Style {
  readonly createApp: (engine: Engine) => Promise<Express>;
  readonly initDb: (engine: Engine) => Promise<unknown>;
  readonly queries: Queries;
  readonly Session: ScopedSession;
  /** Where the style has classes: that of the users. */
  readonly User?: TranscriptSubject['User'];
  /** Adds a user to the current session, without a commit. */
  readonly add: (user: NewUser) => unknown;
  /** Runs `work` in a transaction that the style's library opens; what `work` is given inserts a user in it. */
  readonly transaction: (work: (insert: Insert) => Promise<void>) => Promise<unknown>;
  /** The warning that the library prints when its COMMIT is refused, if it prints one. */
  readonly refusedCommit?: RegExp;
  /** What `models.ts` exports when it declares nothing. Default: nothing. */
  readonly noModels?: object;
}

type Insert = (user: NewUser) => Promise<unknown>;
