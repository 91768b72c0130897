/**
 * Reports the N+1 pattern: a session reads by the same statement again and again, with other values, and writes nothing between:
 * once for each of the things that it has read before. One statement for all of them would do.
 *
 * Ports what Django's debug toolbar calls similar queries, and what Ruby's Bullet warns of.
 */
import type { Logger } from '../errors/logger';
import type { Statement } from '../sql/statement';
import { isDevelopment, WarnedPlaces } from '../errors/development';
import { callStack, locationIn, withoutLibraries } from './caller-location';

/** What the event `n-plus-one` gives: a session that has read by one statement again and again. */
export interface NPlusOneReport {
  readonly session: object;
  /** What the statements have in common: their text without values. */
  readonly sql: string;
  /** How often it was sent: the threshold. */
  readonly count: number;
  /** The stack of the code that sent it now. */
  readonly stack: string;
  /** The place in the user's own code there, `file:line:column (function)`; undefined where the stack does not reach it. */
  readonly location: string | undefined;
}

/** So many different statements are counted at most: a session that lasts has more. */
const MOST_SHAPES = 1_000;

/**
 * How often one session has read by the same statement on one engine.
 *
 * @example
 * const counts = new ReadCounts(engine.describe);
 * counts.add('select * from users where id = 1'); // 1
 * counts.add('select * from users where id = 2'); // 2
 */
export class ReadCounts {
  readonly #describe: (sql: string) => Statement;
  readonly #counts = new Map<string, number>();

  /** @param describe that of the engine */
  constructor(describe: (sql: string) => Statement) {
    this.#describe = describe;
  }

  /** How often a statement of this shape was sent, with nothing written between; 0 for one that may write. */
  add(sql: string): number {
    const statement = this.#describe(sql);
    if (!statement.isPlainRead) {
      this.#counts.clear(); // a loop that writes reads what it needs for that
      return 0;
    }
    const { shape } = statement;
    const count = (this.#counts.get(shape) ?? 0) + 1;
    if (count > 1 || this.#counts.size < MOST_SHAPES) this.#counts.set(shape, count);
    return count;
  }
}

/** Those of one session on one engine. */
export class RepeatedReads {
  readonly #session: object;
  readonly #threshold: number;
  readonly #describe: (sql: string) => Statement;
  readonly #report: (report: NPlusOneReport) => void;
  readonly #counts: ReadCounts;

  constructor(
    session: object,
    threshold: number,
    describe: (sql: string) => Statement,
    report: (report: NPlusOneReport) => void,
  ) {
    this.#session = session;
    this.#threshold = threshold;
    this.#describe = describe;
    this.#report = report;
    this.#counts = new ReadCounts(describe);
  }

  /** A statement is asked for: call it before anything is awaited. */
  asked(sql: string): void {
    const count = this.#counts.add(sql);
    if (count !== this.#threshold) return;
    const { shape } = this.#describe(sql);
    const stack = callStack()();
    this.#report({ session: this.#session, sql: shape, count, stack, location: locationIn(stack) });
  }
}

/** The warning where the engine's `n-plus-one` event has no listener: once for each place in the code. */
export class NPlusOneWarnings {
  readonly #warned = new WarnedPlaces();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  warn({ sql, count, stack, location = stack }: NPlusOneReport): void {
    if (!this.#warned.add(location)) return;
    this.#logger.warn(
      { sql, count, location },
      `A session has sent the same statement ${count} times, with nothing written between: ${sql}\n` +
        'Where it reads something of each of the objects that were read before (N+1), read it for all of them at once, ' +
        'with the library’s own include, join or WHERE … IN. ' +
        `(nPlusOneThreshold of the engine sets the limit, 0 turns this off.) It was sent by:\n${withoutLibraries(stack)}`,
    );
  }
}

/** The default of `nPlusOneThreshold`: in development 10, elsewhere 0. */
export function defaultNPlusOneThreshold(): number {
  return isDevelopment() ? 10 : 0;
}
