/**
 * Query objects that submit themselves to a `pg` client: `pg-query-stream`, `pg-cursor`, `new pg.Query()`. They
 * occupy the connection until the server is ready for the next statement: at their end, or when they are destroyed.
 */
import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { nextTick } from 'node:process';
import type { Client, CustomTypesConfig, QueryResult } from 'pg';
import type { Occupant } from '../../engine/occupant';
import type { PostgresqlConnection } from '../../dialects/postgresql/connection';
import type { Logger } from '../../errors/logger';
import type { Route } from '../route';
import { endStream } from '../end-stream';

export type PgCallback = (error: Error | null, result?: QueryResult) => void;

/** The protocol by which `pg` runs query objects of other packages. */
export interface QueryObject extends EventEmitter {
  submit(connection: unknown): void;
  handleReadyForQuery?(connection?: unknown): void;
  handleError?(error: Error, connection?: unknown): void;
  callback?: PgCallback;
  text?: string | undefined;
  name?: string | undefined;
  binary?: boolean;
  /** Reads the values of its rows. */
  readonly _result?: { _types?: CustomTypesConfig | undefined };
  readonly cursor?: { readonly text?: string; readonly values?: readonly unknown[] };
  readonly values?: readonly unknown[];
  readonly destroyed?: boolean;
  destroy?(error?: Error): void;
  /** A cursor's. */
  close?(callback: () => void): void;
  readonly state?: string;
}

export function isQueryObject(config: unknown): config is QueryObject {
  return typeof (config as QueryObject | null)?.submit === 'function';
}

/** What a client adds to its query objects. */
export interface QuerySettings {
  readonly types: CustomTypesConfig | undefined;
  readonly binary: boolean;
  /** The text to run, where the query has one or its name stands for one; throws when nothing may be sent. */
  textOf(name: string | undefined, text: string | undefined): string | undefined;
}

/** Runs `query` when its turn comes. The query itself gets an error. Resolves when the connection is free of it. */
export async function submit(
  route: Route,
  query: QueryObject,
  callback: PgCallback | undefined,
  settings: QuerySettings,
): Promise<void> {
  if (callback) query.callback ??= AsyncResource.bind(callback);
  inThisContext(query);
  let ownError: unknown;
  const occupant = occupantOf(query, route.logger);
  try {
    prepare(query, settings);
    await route.run(
      query.text ?? query.cursor?.text ?? 'SELECT',
      undefined,
      async (driver) => {
        if (occupant?.destroyed) return;
        const connection = driver as PostgresqlConnection;
        if (occupant) occupant.connection = connection;
        const { text = '', values } = query.cursor ?? query;
        connection.assertSendable(text, values);
        await connection.prepare(query, text);
        ownError = await occupy(connection.client, query);
        if (ownError) throw ownError as Error;
      },
      occupant,
    );
  } catch (error) {
    if (error === ownError) return; // it has reported that already
    nextTick(() => {
      if (query.destroy) query.destroy(error as Error);
      else query.handleError?.(error as Error, { sync: nothing, removeListener: nothing });
    });
  }
}

function prepare(query: QueryObject, { types, binary, textOf }: QuerySettings): void {
  const text = textOf(query.name, query.text ?? query.cursor?.text);
  if (query.name !== undefined) {
    query.text = text;
    query.name = undefined;
  }
  if (binary) query.binary ??= true;
  if (types && query._result) query._result._types ??= types;
}

interface QueryOccupant extends Occupant {
  /** Where it is being read. */
  connection?: PostgresqlConnection;
}

/** A stream or a cursor holds rows back until they are read. The server runs any other query object to its end. */
function occupantOf(query: QueryObject, logger: Logger): QueryOccupant | undefined {
  if (!query.destroy && !query.close) return undefined;
  let left = false;
  return {
    get destroyed() {
      return left || query.destroyed === true || query.state === 'done';
    },
    destroy(error) {
      left = true;
      if (query.destroy) endStream(query, error, logger);
      // A cursor that is closed answers 'no more rows': one that is broken off must answer with an error.
      else if (error) this.connection?.destroy();
      else query.close?.(nothing);
    },
  };
}

/** Resolves when the server is ready again, to the error that the query met. */
function occupy(client: Client, query: QueryObject): Promise<unknown> {
  return new Promise((resolve) => {
    const { handleReadyForQuery, handleError } = query;
    let failure: unknown;
    const over = (): void => {
      client.removeListener('end', over);
      resolve(failure);
    };
    query.handleError = function (error, connection): void {
      failure = error;
      handleError?.call(query, error, connection);
      (connection as EventEmitter).once('readyForQuery', over); // `pg` does not call a query that has failed
    };
    query.handleReadyForQuery = function (connection): void {
      handleReadyForQuery?.call(query, connection);
      over();
    };
    client.once('end', over); // a broken connection never becomes ready
    client.query(query as never);
  });
}

/** Events of the query get its caller's async context, instead of the context that has opened the socket. */
function inThisContext(emitter: EventEmitter): void {
  const resource = new AsyncResource('quartet.query');
  const { emit } = emitter;
  emitter.emit = (...args) => resource.runInAsyncScope(emit, emitter, ...args) as boolean;
}

function nothing(): void {
  // stands for calls on a connection that was never reached
}
