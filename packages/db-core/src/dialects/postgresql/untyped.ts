/** What the typings of `pg` leave out: the protocol behind a client, and classes as constructors. */
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Client, QueryConfig, QueryResult } from 'pg';
import { Connection, Query } from 'pg';

/** The protocol of a client: what its queries write to. */
export interface Wire
  extends EventEmitter<{
    readyForQuery: [{ readonly status: string }];
    parseComplete: [];
    end: [];
  }> {
  readonly stream: Duplex;
  readonly parsedStatements: Record<string, string>;
}

interface UntypedClient {
  readonly connection: Wire;
  /** What the server knows this backend by. */
  readonly processID: number;
  readonly secretKey: number;
  /** What the login says. */
  getStartupConf: () => Record<string, string>;
}

export function untyped(client: Client): UntypedClient {
  return client as unknown as UntypedClient;
}

export interface QueryOfPg {
  readonly name: string | undefined;
  submit(wire: Wire): Error | null;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
  handleReadyForQuery(wire: Wire): void;
  handleError(error: Error, wire: Wire): void;
}
/** What `pg` calls with the outcome of a query object. */
export type Callback = (error: Error | null, result?: QueryResult) => void;
/** A query object of `pg`, which gives its outcome to a callback. */
export const QueryOfPg = Query as unknown as new (
  config: QueryConfig & { queryMode?: 'extended' },
  callback: Callback,
) => QueryOfPg;

/** A connection of the protocol alone, without a login. */
export interface Messenger extends EventEmitter {
  readonly stream: Duplex;
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}
export const Messenger = Connection as unknown as new (config: object) => Messenger;
