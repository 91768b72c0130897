/**
 * A `mysql2` query without a callback: an emitter of rows, or a stream of them with back-pressure. It starts with the
 * next microtask, as a stream if one was asked for by then, and occupies the connection until the server has sent
 * the last row. Destroying the stream lets the rest pass by.
 */
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { Connection, QueryOptions } from 'mysql2';
import type { MysqlConnection, MysqlResult } from '../dialects/mysql/connection';
import type { Route } from './route';

export class Mysql2Query extends EventEmitter {
  readonly #route: Route;
  readonly #options: QueryOptions;
  /** Raw sockets emit in the context of whoever opened them: events are given their caller's. */
  readonly #context = new AsyncResource('quartet.query');
  #stream: Readable | undefined;
  #raw: Connection | undefined;

  constructor(route: Route, options: QueryOptions) {
    super();
    this.#route = route;
    this.#options = options;
    queueMicrotask(() => this.#start());
  }

  stream(options: object = {}): Readable {
    this.#stream ??= new Readable({
      ...options,
      objectMode: true,
      read: () => this.#raw?.resume(),
      destroy: (error, callback) => {
        this.#raw?.resume();
        callback(error);
      },
    });
    return this.#stream;
  }

  override emit(event: string, ...args: unknown[]): boolean {
    return this.#context.runInAsyncScope(super.emit, this, event, ...args) as boolean;
  }

  #start(): void {
    const stream = this.#stream;
    if (stream?.destroyed) return;
    this.#route
      .run(this.#options.sql, this.#options.values, (driver) =>
        this.#perform((driver as MysqlConnection).client),
      )
      .then(
        () => {
          stream?.push(null);
          this.emit('end');
        },
        (error: Error) => {
          stream?.destroy(error);
          if (!stream || this.listenerCount('error') > 0) this.emit('error', error);
        },
      );
  }

  async #perform(raw: Connection): Promise<MysqlResult> {
    if (this.#stream?.destroyed) return [[], undefined];
    this.#raw = raw;
    try {
      return await this.#receive(raw);
    } finally {
      this.#raw = undefined;
      raw.resume();
    }
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
