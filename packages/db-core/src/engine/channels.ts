/**
 * Tracing channels of Node for what tools of others watch: `quartet:query`, `quartet:transaction`, `quartet:checkout`;
 * `quartet:session` is in `session/session-trace.ts`. They speak of every engine of the process, are derived from the events of
 * the engine, and cost one question where nobody has subscribed.
 *
 * @see https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 */
import type { TracingChannel } from 'node:diagnostics_channel';
import { tracingChannel } from 'node:diagnostics_channel';
import type { DriverConnection } from '../dialects/driver-connection';
import type { BeginWay } from '../sql/transaction-options';
import type { ConnectionHost, ConnectionStatus } from './connection-host';
import type { ConnectionEvent, EventDetails } from './events';
import { OperationalError } from '../errors/errors';

/** An engine, as watchers need it: `url` says where, `dialect.name` what, `describe(sql)` what a statement is. */
export type TracedEngine = Pick<ConnectionHost, 'url' | 'dialect' | 'describe'>;

/** What every context object has. `error` is there once it has failed: the same object that the caller gets. */
export interface Trace {
  /** The `Engine` itself. */
  readonly engine: TracedEngine;
  /** For comparing: the engine's connection, not the driver's. */
  readonly connection: object;
  /** The session; undefined outside one. */
  readonly session: object | undefined;
  error?: unknown;
  /** What it has given, where it is a promise that is traced. */
  result?: unknown;
}

/** Of what happens on a connection that was handed out. */
interface OnServer extends Trace {
  /** The server's name for the connection. */
  readonly connectionId: number | undefined;
  /** The server that it is to, `db1:5432`; undefined for a file. */
  readonly node: string | undefined;
}

/** `quartet:query`: one statement in the driver, from sending it to its answer; not what it has waited for before. */
export interface QueryTrace extends OnServer {
  readonly sql: string;
  readonly params: unknown;
  /** The transaction it runs in; undefined where it commits by itself, or where nobody had subscribed when that began. */
  readonly transaction: TransactionTrace | undefined;
  /** Once it is over: how long it took. */
  durationMs?: number;
  /** Rows returned or changed, where the driver says so. */
  rowCount?: number | undefined;
}

/** How a transaction has ended. `unknown`: the connection was lost during COMMIT. `implicit-commit`: by the database itself. */
export type TransactionOutcome = 'commit' | 'rollback' | 'implicit-commit' | 'unknown';

/**
 * `quartet:transaction`: from BEGIN (`start`, and `end` at once) to COMMIT or ROLLBACK (`asyncStart`, `asyncEnd`). `error` is
 * published where COMMIT was refused, or is not answered.
 */
export interface TransactionTrace extends OnServer {
  /** How BEGIN was sent. */
  readonly way: BeginWay | undefined;
  /** How long BEGIN took by itself; 0 where it has no round trip of its own. */
  readonly beginMs: number;
  outcome?: TransactionOutcome;
  /** How long COMMIT or ROLLBACK took. */
  endMs?: number;
}

/** `quartet:checkout`: a connection of the pool is asked for, until it is handed out; opening it included. */
export type CheckoutTrace = Trace;

export const queryChannel = tracingChannel<unknown, QueryTrace>('quartet:query');
export const transactionChannel = tracingChannel<unknown, TransactionTrace>('quartet:transaction');
export const checkoutChannel = tracingChannel<unknown, CheckoutTrace>('quartet:checkout');

/** What is known of a connection, for a trace of it. */
export function traceOf(holder: ConnectionStatus): Trace {
  return { engine: holder.engine, connection: holder, session: holder.session };
}

/** The same, with what is known of the driver's connection. */
export function traceOn(holder: ConnectionStatus, driver: DriverConnection | undefined): OnServer {
  return { ...traceOf(holder), connectionId: driver?.id, node: driver?.node };
}

/**
 * Runs `fn` as `channel.tracePromise(fn, trace)` does. That gives a promise of Node's own realm, which in Jest is not the one that
 * `instanceof Promise` knows.
 */
export async function traced<T, C extends { error?: unknown; result?: unknown }>(
  channel: TracingChannel<unknown, C>,
  trace: C,
  fn: () => Promise<T>,
): Promise<T> {
  const { start, end, asyncStart, asyncEnd, error } = channel;
  const running = start.runStores(trace, () => {
    try {
      return fn();
    } finally {
      end.publish(trace);
    }
  }) as Promise<T>;
  try {
    return (trace.result = await running);
  } catch (failure) {
    trace.error = failure;
    error.publish(trace);
    throw failure;
  } finally {
    asyncStart.publish(trace);
    asyncEnd.publish(trace);
  }
}

/** Publishes that a transaction has begun. */
export function traceBegin(
  holder: ConnectionStatus,
  driver: DriverConnection | undefined,
  { way, durationMs = 0 }: EventDetails = {},
): TransactionTrace {
  const trace = { ...traceOn(holder, driver), way, beginMs: durationMs };
  transactionChannel.start.runStores(trace, nothing);
  transactionChannel.end.publish(trace);
  return trace;
}

/** Publishes the end of a transaction, where the event is one. @returns whether it is */
export function traceEnd(
  trace: TransactionTrace,
  event: ConnectionEvent,
  { durationMs, error }: EventDetails = {},
): boolean {
  if (event !== 'commit' && event !== 'rollback' && event !== 'implicit-commit') return false;
  trace.outcome = outcomeOf(event, error);
  if (durationMs !== undefined) trace.endMs = durationMs;
  if (error !== undefined) {
    trace.error = error;
    transactionChannel.error.publish(trace);
  }
  transactionChannel.asyncStart.publish(trace);
  transactionChannel.asyncEnd.publish(trace);
  return true;
}

/** @param error what COMMIT failed with, where the transaction is rolled back for that. */
export function outcomeOf(
  event: 'commit' | 'rollback' | 'implicit-commit',
  error: unknown,
): TransactionOutcome {
  const isUnknown = error instanceof OperationalError && error.outcomeUnknown;
  return event === 'rollback' && isUnknown ? 'unknown' : event;
}

function nothing(): void {}
