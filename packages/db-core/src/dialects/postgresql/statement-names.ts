/**
 * Names under which PostgreSQL keeps a statement prepared: parsed and planned once a connection instead of
 * every time. A text gets one when it comes a second time, and not where values are spliced into it, as some
 * libraries do: the same seldom comes again. No more than a few hundred get one, since a server keeps them
 * for as long as the connection lives.
 *
 * A name is made of its text, so that it can mean no other one: behind a pooler, connections of the server are
 * shared with other processes, and with the names that those have given.
 *
 * @see https://node-postgres.com/features/queries#prepared-statements
 */
import { createHash } from 'node:crypto';
import type { Logger } from '../../errors/logger';
import type { Statement } from '../../sql/statement';

const NAMES_LIMIT = 300;
const SEEN_LIMIT = 1000;

const MIXED_UP =
  'A prepared statement was not what this engine had prepared: its connections are shared with others, as behind a pooler. ' +
  'It sends statements without names from now on. Set preparedStatements: false, and it does so from the start.';

export class StatementNames {
  readonly #names = new Map<string, string | undefined>();
  readonly #seen = new Set<string>();
  #generation = 0;
  readonly #logger: Logger | undefined;
  #on: boolean;

  /**
   * @param on whether statements get names.
   * @param logger where the warning goes; undefined: it is one of the process.
   */
  constructor(on: boolean, logger?: Logger) {
    this.#on = on;
    this.#logger = logger;
  }

  /**
   * The name to send a statement under; undefined where it is to be sent as it is.
   *
   * @param own the name that a library has given it, which is kept where names may be used at all.
   */
  nameOf(statement: Statement, values: readonly unknown[] = [], own?: string): string | undefined {
    const { text } = statement;
    if (!this.#on || own !== undefined) return this.#on ? own : undefined;
    if (this.#names.has(text)) return this.#names.get(text);
    if (statement.changesSchema) this.forgetAll();
    if (values.length === 0 && statement.hasLiterals) return undefined;
    if (this.#seen.has(text)) return this.#give(statement);
    if (this.#seen.size >= SEEN_LIMIT)
      this.#seen.delete(this.#seen.values().next().value as string);
    this.#seen.add(text);
    return undefined;
  }

  /** Tables have changed: what was prepared may give other columns now. The same text gets another name from now on. */
  forgetAll(): void {
    this.#names.clear();
    this.#generation++;
  }

  /** This text gets no name from now on. */
  drop(text: string): void {
    if (this.#names.has(text)) this.#names.set(text, undefined);
  }

  /** A pooler mixes up names: no statement gets one from now on. */
  turnOff(): void {
    this.#on = false;
  }

  /** The same, noticed by a statement that has failed. */
  stop(): void {
    const code = 'QUARTET_PREPARED_STATEMENTS';
    if (this.#on && this.#logger) this.#logger.warn({ code }, MIXED_UP);
    else if (this.#on) process.emitWarning(MIXED_UP, { code });
    this.#on = false;
  }

  #give({ text, isPreparable }: Statement): string | undefined {
    if (this.#names.size >= NAMES_LIMIT || !isPreparable) return undefined;
    const digest = createHash('sha256').update(`${this.#generation} ${text}`).digest('hex');
    const name = `quartet_${digest.slice(0, 32)}`;
    this.#names.set(text, name);
    return name;
  }
}
