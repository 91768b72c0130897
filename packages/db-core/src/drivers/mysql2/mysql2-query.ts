/**
 * A `mysql2` query without a callback: an emitter of rows, or a stream of them with back-pressure, if one is asked for at
 * once. It occupies the connection until the server has sent the last row. Destroying the stream stops the statement on the server.
 */
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { QueryOptions } from 'mysql2';
import type { MysqlResult } from '../../dialects/mysql/answers';
import type { MysqlConnection } from '../../dialects/mysql/connection';
import type { Occupant } from '../../engine/occupant';
import type { Route } from '../route';
import { isHeader } from '../../dialects/mysql/answers';
import { endStream } from '../end-stream';

/** What a call is answered with at once. */
export class Mysql2Command extends EventEmitter {
  /** As it is sent. */
  readonly sql: string;
  readonly values: unknown;

  constructor(sql: string, values: unknown) {
    super();
    this.sql = sql;
    this.values = values;
  }

  /** @throws Error for who awaits it, as mysql2 does. */
  // oxlint-disable-next-line unicorn/no-thenable -- it is there to refuse
  then(): never {
    throw new Error(
      'You have tried to call .then() or .catch(), or to await the result of a query that is no promise: use connection.promise().query(), or mysql2PromiseDriver.',
    );
  }
}

export class Mysql2Query extends Mysql2Command {
  readonly #route: Route;
  readonly #given: QueryOptions;
  readonly #options: QueryOptions;
  /** The caller's async context. A socket emits events in the context of the code that has opened it. */
  readonly #context = new AsyncResource('quartet.query');
  #stream: Readable | undefined;
  #connection: MysqlConnection | undefined;
  #cancelling: Promise<unknown> | undefined;

  /** @param given as it was asked for. @param sent as it goes to the server. */
  constructor(route: Route, given: QueryOptions, sent: QueryOptions) {
    super(sent.sql, given.values);
    this.#route = route;
    this.#given = given;
    this.#options = sent;
    this.#start();
  }

  stream(options: object = {}): Readable {
    this.#stream ??= new Readable({
      ...options,
      objectMode: true,
      read: () => this.#connection?.client.resume(),
      destroy: (error, callback) => {
        this.#cancel();
        callback(error);
      },
    });
    return this.#stream;
  }

  override emit(event: string, ...args: unknown[]): boolean {
    return this.#context.runInAsyncScope(super.emit, this, event, ...args) as boolean;
  }

  #start(): void {
    const { sql, values } = this.#given;
    const streamed = (): Readable | undefined => this.#stream;
    const occupant: Occupant = {
      get destroyed() {
        return streamed()?.destroyed ?? true; // rows that are events do not wait for a reader
      },
      destroy: (error) => {
        const stream = streamed();
        if (stream) endStream(stream, error, this.#route.logger);
      },
    };
    this.#route
      .run(sql, values, (driver) => this.#perform(driver as MysqlConnection), occupant)
      .then(
        () => {
          this.#stream?.push(null);
          this.emit('end');
        },
        (error: Error) => {
          const stream = this.#stream;
          stream?.destroy(error);
          if (!stream || this.listenerCount('error') > 0) this.emit('error', error);
          this.emit('end');
        },
      );
  }

  async #perform(connection: MysqlConnection): Promise<MysqlResult> {
    await Promise.resolve(); // whether it is a stream is known then
    if (this.#stream?.destroyed) return [[], undefined];
    this.#connection = connection;
    try {
      return await this.#receive(connection);
    } catch (error) {
      if (this.#cancelling) return [[], undefined];
      throw error;
    } finally {
      this.#connection = undefined;
      await this.#cancelling;
    }
  }

  /** Stops a statement whose rows are not read to their end; the request to stop must not meet a later statement. */
  #cancel(): void {
    const connection = this.#connection;
    if (!connection || this.#cancelling) return;
    connection.client.resume();
    this.#cancelling = connection.cancel().catch(nothing);
  }

  #receive({ client }: MysqlConnection): Promise<MysqlResult> {
    const stream = this.#stream;
    return new Promise((resolve, reject) => {
      let header: unknown = [];
      const query = client.query(this.#options);
      query.on('fields', (fields: unknown) => {
        this.emit('fields', fields);
        if (stream && !stream.destroyed)
          this.#context.runInAsyncScope(stream.emit, stream, 'fields', fields);
      });
      query.on('result', (row: unknown, index: unknown) => {
        if (isHeader(row)) header = row;
        this.emit('result', row, index);
        if (stream && !stream.destroyed && !this.#context.runInAsyncScope(stream.push, stream, row))
          client.pause();
      });
      query.on('error', reject);
      query.on('end', () => resolve([header, undefined]));
    });
  }
}

function nothing(): void {
  // the rest passes by then
}
