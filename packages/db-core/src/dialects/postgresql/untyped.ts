/** What the typings of `pg` leave out: the protocol behind a client, and classes as constructors. */
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Client, CustomTypesConfig, QueryConfig, QueryResult } from 'pg';
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

interface UntypedQuery {
  name: string | undefined;
  types: CustomTypesConfig | undefined;
  binary: boolean | undefined;
  rows: number | undefined;
  portal: string;
  queryMode: 'extended' | undefined;
  _rowMode: string | undefined;
  _result: object;
  _results: object;
  submit(wire: Wire): Error | null;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
  handleReadyForQuery(wire: Wire): void;
  handleError(error: Error, wire: Wire): void;
}
/** What `pg` calls with the outcome of a query object. */
export type Callback = (error: Error | null, result?: QueryResult) => void;

/** What `pg` takes of a configuration. */
export interface FullConfig extends QueryConfig<unknown[]> {
  rowMode?: string;
  binary?: boolean;
  rows?: number;
  portal?: string;
  queryMode?: 'extended';
}

type NewResult = new (rowMode?: string, types?: CustomTypesConfig) => object;

/** A query object of `pg`, which gives its outcome to a callback. */
export class QueryOfPg extends (Query as unknown as new (
  text: string,
  values: unknown[] | undefined,
  callback: Callback,
) => UntypedQuery) {
  /** Made by the text alone: `pg` copies a configuration by the descriptors of its members, which takes ten times as long. */
  constructor(config: FullConfig, callback: Callback) {
    const { text, values, name, types, rowMode, binary, rows, portal = '', queryMode } = config;
    super(text, values, callback);
    this.name = name;
    this.binary = binary;
    this.rows = rows;
    this.portal = portal;
    this.queryMode = queryMode;
    if (types === undefined && rowMode === undefined) return;
    this.types = types;
    this._rowMode = rowMode;
    const ResultOfPg = this._result.constructor as NewResult;
    this._results = this._result = new ResultOfPg(rowMode, types);
  }
}

/** A connection of the protocol alone, without a login. */
export interface Messenger extends EventEmitter {
  readonly stream: Duplex;
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}
export const Messenger = Connection as unknown as new (config: object) => Messenger;
