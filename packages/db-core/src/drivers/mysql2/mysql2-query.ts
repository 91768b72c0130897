/**
 * A `mysql2` query without a callback: an emitter of rows, or a stream of them with back-pressure, if one is asked for at
 * once. It occupies the connection until the server has sent
 * the last row. Destroying the stream stops the statement on the server.
 */
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { Connection, QueryOptions } from 'mysql2';
import type { MysqlResult } from '../../dialects/mysql/dialect';
import type { Occupant } from '../../engine/connection';
import type { Engine } from '../../engine/engine';
import type { Route } from '../route';

export class Mysql2Query extends EventEmitter {
  readonly #engine: Engine;
  readonly #route: Route;
  readonly #options: QueryOptions;
  /** Raw sockets emit in the context of whoever opened them: events are given their caller's. */
  readonly #context = new AsyncResource('quartet.query');
  #stream: Readable | undefined;
  #raw: Connection | undefined;
  #cancelling: Promise<unknown> | undefined;

  constructor(engine: Engine, route: Route, options: QueryOptions) {
    super();
    this.#engine = engine;
    this.#route = route;
    this.#options = options;
    this.#start();
  }

  stream(options: object = {}): Readable {
    this.#stream ??= new Readable({
      ...options,
      objectMode: true,
      read: () => this.#raw?.resume(),
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
    const { sql, values } = this.#options;
    const streamed = (): Readable | undefined => this.#stream;
    const occupant: Occupant = {
      get destroyed() {
        return streamed()?.destroyed ?? true; // rows that are told of by events hold nothing back
      },
      destroy: () => void streamed()?.destroy(),
    };
    this.#route
      .run(sql, values, (raw) => this.#perform(raw as Connection), occupant)
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

  async #perform(raw: Connection): Promise<MysqlResult> {
    await Promise.resolve(); // whether it is a stream is known then
    if (this.#stream?.destroyed) return [[], undefined];
    this.#raw = raw;
    try {
      return await this.#receive(raw);
    } catch (error) {
      if (this.#cancelling) return [[], undefined];
      throw error;
    } finally {
      this.#raw = undefined;
      await this.#cancelling;
    }
  }

  /** What is left unread would have to pass by; the request to stop must not meet a later statement. */
  #cancel(): void {
    const raw = this.#raw;
    if (!raw || this.#cancelling) return;
    raw.resume();
    this.#cancelling = Promise.resolve(this.#engine.dialect.cancel?.(raw)).catch(nothing);
  }

  #receive(raw: Connection): Promise<MysqlResult> {
    const stream = this.#stream;
    return new Promise((resolve, reject) => {
      let header: unknown = [];
      const query = raw.query(this.#options);
      query.on('fields', (fields: unknown) => {
        this.emit('fields', fields);
        if (stream && !stream.destroyed)
          this.#context.runInAsyncScope(stream.emit, stream, 'fields', fields);
      });
      query.on('result', (row: unknown, index: unknown) => {
        if (typeof (row as { serverStatus?: unknown }).serverStatus === 'number') header = row;
        this.emit('result', row, index);
        if (stream && !stream.destroyed && !this.#context.runInAsyncScope(stream.push, stream, row))
          raw.pause();
      });
      query.on('error', reject);
      query.on('end', () => resolve([header, undefined]));
    });
  }
}

function nothing(): void {
  // the rest passes by then
}
