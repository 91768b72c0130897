/**
 * Sends statements to the server one at a time, each in one packet with what has to come before it: the BEGIN of its
 * transaction, and settings that do not stay on the connection.
 */
import type { Client, Query, QueryConfig, QueryResult } from 'pg';
import type { Statement } from '../../sql/statement';
import type { Callback } from './untyped';
import { putBehind, QueryBehind } from './one-packet';
import { QueryOfPg, untyped } from './untyped';

/** The SQLSTATE of what cannot run in a transaction, or beside another statement. */
const ONLY_ALONE = '25001';

/** The BEGIN of a transaction, which waits for the first statement or is under way with it. */
interface Beginning {
  /** BEGIN, and what belongs to this transaction alone. */
  readonly texts: readonly [begin: string, ...settings: string[]];
  sent: boolean;
}

export class Sender {
  /** False once the connection is broken or closed. */
  alive = true;
  readonly #client: Client;
  readonly #beginNow: () => Promise<void>;
  /** The server's last status: `I` for no transaction, `T` for one, `E` for one that has failed; undefined while it works. */
  #status: string | undefined;
  /** Callers that wait until the server is ready. */
  #onReady: (() => void) | undefined;
  /** From the moment a transaction is begun until the server has answered its BEGIN. */
  #beginning: Beginning | undefined;
  /** Statements before each transaction and each statement outside one. */
  #settings: readonly string[] = [];

  /**
   * @param client not connected yet, so that no message of the server is missed.
   * @param beginNow sends what `takeBegin` gives.
   */
  constructor(client: Client, beginNow: () => Promise<void>) {
    this.#client = client;
    this.#beginNow = beginNow;
    const broken = (): void => {
      this.alive = false;
      this.#onReady?.();
    };
    client.on('error', broken); // a broken idle connection: noticed at the next checkout
    client.on('end', broken);
    // Before the listeners of `pg` itself.
    untyped(client).connection.on('readyForQuery', ({ status }) => {
      this.#status = status;
      this.#onReady?.();
    });
  }

  /** Undefined while the server works. */
  get inTransaction(): boolean | undefined {
    if (this.#beginning) return true;
    return this.#status === undefined ? undefined : this.#status !== 'I';
  }

  /** @param settings a statement that makes them until the transaction ends */
  carry(settings: string): void {
    this.#settings = [settings];
  }

  /** @param texts go with the next statement */
  begin(...texts: Beginning['texts']): void {
    this.#beginning = { texts, sent: false };
  }

  /** The BEGIN that waits, with its settings, for the caller to send; undefined where none does. */
  takeBegin(): string | undefined {
    const beginning = this.#beginning;
    if (!beginning || beginning.sent) return undefined;
    this.#beginning = undefined;
    return this.#withSettings(beginning).join('; ');
  }

  /** For a query object of another package, whose BEGIN has been sent. */
  putBehindSettings(query: object, { several }: Statement): void {
    if (this.#settings.length > 0 && this.#status === 'I' && !several)
      putBehind(query, this.#settings);
  }

  /**
   * @param config with values as `inUtc` has them
   * @param options.isControl it is no statement of a caller's, so no settings are for it
   */
  send(
    config: QueryConfig<unknown[]>,
    statement: Statement,
    { isControl = false }: { readonly isControl?: boolean } = {},
  ): Promise<QueryResult> {
    const begins = this.#beginning !== undefined && !this.#beginning.sent;
    const sets = !begins && !isControl && this.#settings.length > 0 && this.#status === 'I';
    if (!begins && !sets) return this.#sendAlone(config);
    if (QueryBehind.fits(this.#client, config, statement))
      return begins ? this.#sendWithBegin(config) : this.#sendWithSettings(config);
    if (sets && statement.several && !config.values?.length) return this.#sendScript(config);
    return begins ? this.#beginNow().then(() => this.#sendAlone(config)) : this.#sendAlone(config);
  }

  #sendAlone(config: QueryConfig<unknown[]>): Promise<QueryResult> {
    this.#status = undefined;
    return this.#ask((done) => new QueryOfPg(config, done)).then(undefined, this.#onceReady);
  }

  /** An error comes before the server says what has become of the transaction: that is waited for. */
  readonly #onceReady = async (error: unknown): Promise<never> => {
    Error.captureStackTrace(error as Error); // as `pg` does: from the socket back to the caller
    if (isFromServer(error) && this.#status === undefined && this.alive)
      await new Promise<void>((resolve) => (this.#onReady = resolve));
    this.#onReady = undefined;
    throw error;
  };

  /** Gives `pg` a query object: its own way with a promise takes one more. */
  #ask(makeQuery: (done: Callback) => object): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      const query = makeQuery((error, result) =>
        error ? reject(error) : resolve(result as QueryResult),
      );
      this.#client.query(query as Query);
    });
  }

  #sendWithBegin(config: QueryConfig<unknown[]>): Promise<QueryResult> {
    const beginning = this.#beginning as Beginning;
    beginning.sent = true;
    const onBegun = (): void => void (this.#beginning = undefined);
    return this.#sendBehind(this.#withSettings(beginning), config, onBegun);
  }

  #withSettings({ texts: [begin, ...own] }: Beginning): string[] {
    return [begin, ...this.#settings, ...own];
  }

  async #sendWithSettings(config: QueryConfig<unknown[]>): Promise<QueryResult> {
    this.#status = undefined;
    try {
      return await this.#sendBehind(this.#settings, config);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== ONLY_ALONE || this.inTransaction !== false) throw error;
      return await this.#sendAlone(config); // VACUUM and its like: nothing was done
    }
  }

  /** Several statements in one text are one transaction, unless they say otherwise. */
  async #sendScript(config: QueryConfig<unknown[]>): Promise<QueryResult> {
    const before = `${this.#settings.join('; ')}; `;
    try {
      const answer = await this.#sendAlone({ ...config, text: before + config.text });
      const [, ...results] = answer as unknown as QueryResult[];
      return results.length === 1 ? (results[0] as QueryResult) : (results as never);
    } catch (error) {
      const { position } = error as { position?: string };
      if (position) Object.assign(error as object, { position: `${+position - before.length}` });
      throw error;
    }
  }

  #sendBehind(
    before: readonly string[],
    config: QueryConfig<unknown[]>,
    onAnswered?: () => void,
  ): Promise<QueryResult> {
    return this.#ask((done) => new QueryBehind(before, config, done, onAnswered)).then(
      undefined,
      (error: Error) => {
        Error.captureStackTrace(error); // as `pg` does: from the socket back to the caller
        throw error;
      },
    );
  }
}

/** A lost socket has no severity. */
export function isFromServer(error: unknown): boolean {
  return (error as { severity?: unknown }).severity !== undefined;
}
