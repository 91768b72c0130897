/**
 * Statements in one packet with the one that a caller has asked for, answered in one packet too: BEGIN, so that a
 * transaction opens without a round trip of its own, and settings, where they cannot be made at the start of a connection.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
import type { Client, QueryConfig } from 'pg';
import type { Statement } from '../../sql/statement';
import type { Callback, Wire } from './untyped';
import { QueryOfPg, untyped } from './untyped';

/** A statement with others before it, whose answers are left out of its own. */
export class QueryBehind extends QueryOfPg {
  readonly #before: readonly string[];
  readonly #onAnswered: (() => void) | undefined;
  readonly #countParsed = (): void => void this.#parsed++;
  #parsed = 0;
  #completed = 0;
  /** Whether the server is to learn its name with this packet. */
  #isNamedNow = false;
  #ready = false;
  #failed = false;

  /** @param onAnswered called when `pg` knows what has become of them, and whether a transaction is open. */
  constructor(
    before: readonly string[],
    config: QueryConfig,
    callback: Callback,
    onAnswered?: () => void,
  ) {
    super(config, callback);
    this.queryMode = 'extended';
    this.#before = before;
    this.#onAnswered = onAnswered;
  }

  /** Whether `config` can be sent this way: `pg` must not refuse it when the packet is half written. */
  static fits(
    client: Client,
    { name, text, values }: QueryConfig,
    { several }: Statement,
  ): boolean {
    if (several || (values && !Array.isArray(values))) return false;
    return (
      name === undefined || (untyped(client).connection.parsedStatements[name] ?? text) === text
    );
  }

  override submit(wire: Wire): Error | null {
    this.#isNamedNow = this.name !== undefined && wire.parsedStatements[this.name] === undefined;
    wire.on('parseComplete', this.#countParsed);
    return writeBehind(wire, this.#before, () => super.submit(wire));
  }

  override handleDataRow(message: unknown): void {
    if (this.#completed === this.#before.length) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#completed === this.#before.length) super.handleCommandComplete(message, wire);
    else this.#completed++;
  }

  override handleReadyForQuery(wire: Wire): void {
    if (this.#failed) return; // handleError reports it
    this.#ready = true;
    this.#answered(wire);
    super.handleReadyForQuery(wire);
  }

  /** Held back until the server is ready again: only then is it known whether BEGIN has failed as well. */
  override handleError(error: Error, wire: Wire): void {
    this.#failed = true;
    const report = (): void => {
      wire.off('readyForQuery', report);
      wire.off('end', report);
      this.#answered(wire);
      super.handleError(error, wire);
    };
    if (this.#ready || wire.stream.destroyed) return report();
    wire.on('readyForQuery', report); // `pg` does not emit it to a query that the server has refused
    wire.on('end', report);
  }

  /** `pg` takes each statement of the packet that was parsed for the one with the name. */
  #answered(wire: Wire): void {
    wire.off('parseComplete', this.#countParsed);
    if (this.#isNamedNow && this.#parsed <= this.#before.length)
      delete wire.parsedStatements[this.name as string];
    this.#onAnswered?.();
  }
}

/** Puts statements before a query object of another package (a cursor, a stream), which gets no answer to them. */
export function putBehind(query: object, before: readonly string[]): void {
  const object = query as QueryOfPg & { queryMode?: string };
  const { submit, handleDataRow, handleCommandComplete } = object;
  let completed = 0;
  object.queryMode = 'extended';
  object.submit = (wire) => writeBehind(wire, before, () => submit.call(object, wire));
  object.handleDataRow = (message) => {
    if (completed === before.length) handleDataRow.call(object, message);
  };
  object.handleCommandComplete = (message, wire) => {
    if (completed === before.length) handleCommandComplete.call(object, message, wire);
    else completed++;
  };
}

function writeBehind<T>(wire: Wire, before: readonly string[], write: () => T): T {
  wire.stream.cork();
  try {
    for (const sql of before) wire.stream.write(messages(sql));
    return write();
  } finally {
    wire.stream.uncork();
  }
}

const KNOWN_LIMIT = 100;
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
    if (known.size < KNOWN_LIMIT) known.set(sql, buffer);
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
