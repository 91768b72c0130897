/**
 * BEGIN in one packet with the first statement of its transaction, answered in one packet too: a transaction
 * opens without a round trip of its own.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Client, QueryConfig, QueryResult } from 'pg';
import type { Statement } from '../../sql/statement';
import { Query } from 'pg';

/** What `pg`'s typings leave out of its queries and of what they write to. */
interface Wire extends EventEmitter<{ readyForQuery: [{ readonly status: string }]; end: [] }> {
  readonly stream: Duplex;
  readonly parsedStatements: Readonly<Record<string, string>>;
}
interface QueryOfPg {
  submit(wire: Wire): Error | null;
  handleCommandComplete(message: unknown, wire: Wire): void;
  handleReadyForQuery(wire: Wire): void;
  handleError(error: Error, wire: Wire): void;
}
type Callback = (error: Error | null, result?: QueryResult) => void;
const QueryOfPg = Query as unknown as new (
  config: QueryConfig & { queryMode: 'extended' },
  callback: Callback,
) => QueryOfPg;

/** A statement with the BEGIN before it, whose answer is left out of its own. */
export class QueryWithBegin extends QueryOfPg {
  readonly #begin: string;
  readonly #onBegun: () => void;
  #begun = false;
  #ready = false;
  #failed = false;

  /** @param onBegun called when `pg` knows whether a transaction is open. */
  constructor(begin: string, config: QueryConfig, onBegun: () => void, callback: Callback) {
    super({ ...config, queryMode: 'extended' }, callback);
    this.#begin = begin;
    this.#onBegun = onBegun;
  }

  /** Whether `config` can be sent this way. A statement that is to get a name cannot: `pg` would take the answer to BEGIN's Parse for its own. */
  static fits(
    client: Client,
    { name, text, values }: QueryConfig,
    { several }: Statement,
  ): boolean {
    if (values && !Array.isArray(values)) return false;
    return name === undefined
      ? !several // which the extended protocol refuses
      : wireOf(client).parsedStatements[name] === text;
  }

  override submit(wire: Wire): Error | null {
    wire.stream.cork();
    try {
      wire.stream.write(messages(this.#begin));
      return super.submit(wire);
    } finally {
      wire.stream.uncork();
    }
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#begun) super.handleCommandComplete(message, wire);
    else this.#begun = true;
  }

  override handleReadyForQuery(wire: Wire): void {
    if (this.#failed) return; // handleError reports it
    this.#ready = true;
    this.#onBegun();
    super.handleReadyForQuery(wire);
  }

  /** Held back until the server is ready again: only then is it known whether BEGIN has failed as well. */
  override handleError(error: Error, wire: Wire): void {
    this.#failed = true;
    const report = (): void => {
      wire.off('readyForQuery', report);
      wire.off('end', report);
      this.#onBegun();
      super.handleError(error, wire);
    };
    if (this.#ready || wire.stream.destroyed) return report();
    wire.on('readyForQuery', report); // `pg` does not emit it to a query that the server has refused
    wire.on('end', report);
  }
}

/** The protocol of a client, which `pg` does not show. */
export function wireOf(client: Client): Wire {
  return (client as unknown as { connection: Wire }).connection;
}

const known = new Map<string, Buffer>();

/** `sql` by the extended protocol, unnamed, without the Sync at which a server would answer. */
function messages(sql: string): Buffer {
  let buffer = known.get(sql);
  if (!buffer) {
    buffer = Buffer.concat([
      message('P', `\0${sql}\0`, 2), // Parse: no name, the text, no types of parameters
      message('B', '\0\0', 6), // Bind: no portal's name, no statement's, three empty lists
      message('E', '\0', 4), // Execute: that portal, all rows
    ]);
    known.set(sql, buffer);
  }
  return buffer;
}

/** A message of the protocol: its letter, its length, its text, and so many zero bytes. */
function message(letter: string, text: string, zeros: number): Buffer {
  const body = Buffer.concat([Buffer.from(text), Buffer.alloc(zeros)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(letter), length, body]);
}
