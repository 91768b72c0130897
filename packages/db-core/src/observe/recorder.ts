/**
 * What happened in one scope, on one clock: its session's life, its transaction, its statements with
 * parameters, duration and the place in the caller's code. Off unless asked for; it costs nothing then.
 *
 * Ports Flask-SQLAlchemy's `record_queries`, and adds the life of the session.
 *
 * @see https://flask-sqlalchemy.palletsprojects.com/en/stable/record-queries/
 */
import type { EventDetails } from '../engine/events';
import type { ScopeEvent, ScopeObserver } from '../session/scope';
import { callerLocation } from '../engine/caller-location';

/** What kind of thing has happened. */
export type RecordedKind = ScopeEvent;

/** `location` is `file:line:column (function)` of the caller's code; undefined where its async stack does not reach. */
export interface RecordedEvent extends EventDetails {
  readonly kind: RecordedKind;
  /** When it ended, in milliseconds since the recorder was made. */
  readonly at: number;
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

/** Options of a `Recorder`. */
export interface RecorderOptions {
  /** So many events are kept, the first ones; a listener is told of all. Default: all are kept. */
  readonly keeps?: number;
}

export class Recorder implements ScopeObserver {
  /** When it was made, on the clock of `performance.now()`. */
  readonly startedAt: number = performance.now();
  readonly #events: RecordedEvent[] = [];
  readonly #listener: ((event: RecordedEvent) => void) | undefined;
  readonly #keeps: number;

  /** @param listener called with each event as it happens, until after the scope has ended. */
  constructor(listener?: (event: RecordedEvent) => void, options: RecorderOptions = {}) {
    this.#listener = listener;
    this.#keeps = options.keeps ?? Infinity;
  }

  get events(): readonly RecordedEvent[] {
    return this.#events;
  }

  /** The statements, in order. */
  get queries(): readonly RecordedQuery[] {
    return this.#events.filter(({ kind }) => kind === 'query').map(toQuery);
  }

  /** Where the caller's code asks for a statement. */
  location(): string | undefined {
    return callerLocation();
  }

  /** Called by what is recorded. */
  note(kind: RecordedKind, details: EventDetails): void {
    const event: RecordedEvent = { kind, at: performance.now() - this.startedAt, ...details };
    if (this.#events.length < this.#keeps) this.#events.push(event);
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
