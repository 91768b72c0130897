/** What one request has done: its events as a page shows them, within bounds, and what its sessions hold at the moment. */
import { createHash } from 'node:crypto';
import type { Engine } from '@quartet/db-core';
import type { RecordedEvent } from '@quartet/db-core/observe';
import { Recorder } from '@quartet/db-core/observe';
import type { SessionEvent } from './drawing/events';
import type { KnownOptions } from './options';
import type { KnownEngine, KnownEngines } from './known-engines';
import { isCut } from './parts/alike';
import { toSessionEvent } from './parts/session-event';
import { keptParams } from './kept-params';

export interface RequestLine {
  readonly id: number;
  readonly method: string;
  /** With its query. */
  readonly url: string;
}

/** A statement as it was sent. */
export interface SentStatement {
  readonly engine: Engine;
  readonly sql: string;
  /** Undefined where its values are too many or too large to be kept. */
  readonly params: readonly unknown[] | Readonly<Record<string, unknown>> | undefined;
}

/** Longer texts are cut. */
const SQL_LENGTH = 10_000;
const URL_LENGTH = 500;
/** What an event weighs beside its texts. */
const EVENT_BYTES = 400;

export class RequestRecord {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  /** In milliseconds since 1970. */
  readonly startedAt = Date.now();
  readonly events: SessionEvent[] = [];
  /** Statements that can be explained, by the numbers of their events. */
  readonly sent = new Map<number, SentStatement>();
  /** Told of everything that happens in the request's scope. */
  readonly recorder: Recorder;
  /** Of the answer; undefined until it is out, and where the client left before. */
  status: number | undefined;
  /** In milliseconds since the request began. */
  answeredAt: number | undefined;
  isAborted = false;
  /** Events that were too many. */
  omitted = 0;
  /** About how much memory it takes. */
  bytes = EVENT_BYTES;
  readonly #options: KnownOptions;
  readonly #engines: KnownEngines;
  readonly #nextId: () => number;
  readonly #sessions = new WeakMap<object, number>();
  /** Digests of hidden values, each with its number. */
  readonly #values = new Map<string, number>();
  #sessionCount = 0;
  #openSessions = 0;
  #connections = 0;

  /**
   * @param nextId numbers of events
   * @param changed called after each event
   */
  constructor(
    { id, method, url }: RequestLine,
    options: KnownOptions,
    engines: KnownEngines,
    nextId: () => number,
    changed: (record: RequestRecord) => void,
  ) {
    this.id = id;
    this.method = method;
    this.url = url.slice(0, URL_LENGTH);
    this.#options = options;
    this.#engines = engines;
    this.#nextId = nextId;
    this.recorder = new Recorder(
      (event) => {
        this.#note(event);
        changed(this);
      },
      { keeps: 0 },
    );
  }

  get usesData(): boolean {
    return this.#sessionCount > 0;
  }

  /** Whether it was answered, or left, and its sessions have ended. */
  get isOver(): boolean {
    return this.answeredAt !== undefined && this.#openSessions === 0;
  }

  /** How many connections it has at the moment. */
  get connections(): number {
    return this.#connections;
  }

  /** Milliseconds since it began. */
  get age(): number {
    return performance.now() - this.recorder.startedAt;
  }

  /** Until the answer was out and the last event was over; until now where that is still to come. */
  get spanMs(): number {
    if (!this.isOver) return this.age;
    return Math.max(this.answeredAt ?? 0, this.events.at(-1)?.at ?? 0);
  }

  /** Its answer is out; undefined: the client has left. */
  answered(status: number | undefined): void {
    this.answeredAt = this.age;
    this.status = status;
    this.isAborted = status === undefined;
  }

  #note(recorded: RecordedEvent): void {
    const { kind, engine: where, session: whose } = recorded;
    const engine = where && this.#engines.find(where);
    if (where && !engine) return; // of an engine that the panel was not given
    if (kind === 'session-opened') this.#openSessions++;
    if (kind === 'session-removed') this.#openSessions--;
    if (kind === 'checkout') this.#connections++;
    if (kind === 'checkin') this.#connections--;
    const session = whose && this.#sessionNumber(whose);
    if (this.events.length >= this.#options.eventsPerRequest) return void this.omitted++;
    const { engine: shown } = engine ?? this.#engines.first;
    const event: SessionEvent = {
      ...this.#shown(toSessionEvent(recorded, this.#eventOptions(shown)), shown),
      id: this.#nextId(),
      ...(session !== undefined && { session }),
      ...(engine && { engine: engine.id }),
    };
    this.events.push(event);
    this.bytes += EVENT_BYTES + bytesOf(event);
    if (kind === 'query' && engine) this.#keep(event, engine, recorded);
  }

  #eventOptions(engine: Engine) {
    const { root, parameterLength: valueLength } = this.#options;
    return { startedAt: 0, engine, root, valueLength };
  }

  /** Without values where they are not to be shown. */
  #shown(event: Omit<SessionEvent, 'id'>, engine: Engine): Omit<SessionEvent, 'id'> {
    const { sql, params, error, ...rest } = event;
    if (this.#options.showParameters)
      return sql === undefined ? event : { ...event, sql: cut(sql) };
    return {
      ...rest,
      ...(sql !== undefined && {
        sql: cut(engine.describe(sql).shape),
        values: this.#valuesNumber(sql, params),
      }),
      ...(params && { params: params.map(() => 'hidden') }),
      ...(error !== undefined && { error: error.replace(/:.*/s, '') }),
    };
  }

  /** The same for the same statement with the same values, as far as it can be told. */
  #valuesNumber(sql: string, params?: readonly string[]): number {
    const next = this.#values.size + 1;
    const text = JSON.stringify([sql, params, isCut(params) && next]);
    const digest = createHash('sha256').update(text).digest('base64');
    const known = this.#values.get(digest);
    if (known === undefined) this.#values.set(digest, next);
    return known ?? next;
  }

  #keep(event: SessionEvent, { engine }: KnownEngine, { sql = '', params }: RecordedEvent): void {
    if (!this.#options.showParameters || sql.length > SQL_LENGTH) return;
    const kept = keptParams(params);
    this.sent.set(event.id, { engine, sql, params: kept?.params });
    this.bytes += sql.length * 2 + (kept?.bytes ?? 0);
  }

  #sessionNumber(session: object): number {
    let number = this.#sessions.get(session);
    if (number === undefined) this.#sessions.set(session, (number = ++this.#sessionCount));
    return number;
  }
}

function cut(sql: string): string {
  return sql.length > SQL_LENGTH ? `${sql.slice(0, SQL_LENGTH)}…` : sql;
}

function bytesOf({ sql = '', params = [], error = '' }: SessionEvent): number {
  return 2 * params.reduce((sum, param) => sum + param.length, sql.length + error.length);
}
