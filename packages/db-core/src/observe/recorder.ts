/**
 * What happened in one scope, on one clock: its session's life, its transaction, its statements with
 * parameters, duration and the place in the caller's code. Off unless asked for; it costs nothing then.
 *
 * Ports Flask-SQLAlchemy's `record_queries`, and adds the life of the session.
 *
 * @see https://flask-sqlalchemy.palletsprojects.com/en/stable/record-queries/
 */
import type { ConnectionListener } from '../engine/events';
import type { BeginWay } from '../sql/transaction-options';

export type RecordedKind =
  | 'session-opened'
  | 'checkout'
  | 'begin'
  | 'savepoint'
  | 'query'
  | 'commit'
  | 'implicit-commit'
  | 'rollback'
  | 'checkin'
  | 'session-removed';

export interface RecordedEvent {
  readonly kind: RecordedKind;
  /** When it ended, in milliseconds since the recorder was made. */
  readonly at: number;
  /** How long it took: a statement, or the wait for a connection (`checkout`) or for the writer lock (`begin`). */
  readonly durationMs?: number;
  /** Of a `begin`. */
  readonly way?: BeginWay;
  readonly sql?: string;
  readonly params?: unknown;
  /** Rows returned or changed, where the driver tells. */
  readonly rowCount?: number | undefined;
  readonly error?: unknown;
  /** The server's name for the connection. */
  readonly connectionId?: number | undefined;
  /** `file:line:column (function)` of the caller's code; undefined where its async stack does not reach. */
  readonly location?: string | undefined;
}

/** A recorded statement, by Flask-SQLAlchemy's names. Times are milliseconds since the recorder was made. */
export interface RecordedQuery {
  readonly statement: string;
  readonly parameters: unknown;
  readonly startTime: number;
  readonly endTime: number;
  readonly duration: number;
  readonly rowCount: number | undefined;
  readonly location: string | undefined;
  readonly error: unknown;
}

export class Recorder implements ConnectionListener {
  readonly #start = performance.now();
  readonly #events: RecordedEvent[] = [];
  readonly #listener: ((event: RecordedEvent) => void) | undefined;

  /** @param listener told of each event as it happens, until after the scope has ended. */
  constructor(listener?: (event: RecordedEvent) => void) {
    this.#listener = listener;
  }

  get events(): readonly RecordedEvent[] {
    return this.#events;
  }

  /** The statements, in order. */
  get queries(): readonly RecordedQuery[] {
    return this.#events.filter(({ kind }) => kind === 'query').map(toQuery);
  }

  /** @internal */
  location(): string | undefined {
    return callerLocation();
  }

  /** @internal */
  note(kind: RecordedKind, details: Partial<RecordedEvent> = {}): void {
    const event: RecordedEvent = { kind, at: performance.now() - this.#start, ...details };
    this.#events.push(event);
    this.#listener?.(event);
  }
}

function toQuery({
  sql = '',
  params,
  at,
  durationMs = 0,
  rowCount,
  location,
  error,
}: RecordedEvent): RecordedQuery {
  return {
    statement: sql,
    parameters: params,
    startTime: at - durationMs,
    endTime: at,
    duration: durationMs,
    rowCount,
    location,
    error,
  };
}

/** Deep enough to get out of an ORM. */
const STACK_DEPTH = 60;
const OURS =
  /[\\/](?:db-core|db-sequelize|db-typeorm|db-knex|express-sequelize)[\\/](?:src|dist)[\\/]/;

/** Where the caller's own code asked for this statement. */
export function callerLocation(): string | undefined {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_DEPTH;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = depth;
  const frame = stack
    .split('\n')
    .slice(1)
    .find(
      (line) =>
        !line.includes('node:') &&
        !/[\\/]node_modules[\\/]/.test(line) &&
        !OURS.test(line) &&
        /:\d+:\d+\)?$/.test(line),
    );
  if (!frame) return undefined;
  const [, name, place] =
    /at (?:async )?(?:(.+?) \()?(?:file:\/\/)?(.+?:\d+:\d+)\)?$/.exec(frame) ?? [];
  return name === undefined ? place : `${place} (${name})`;
}
