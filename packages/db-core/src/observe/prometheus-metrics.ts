/**
 * Metrics of engines for Prometheus: their pools, sessions, transactions and statements. Names are those of OpenTelemetry's
 * conventions in Prometheus' spelling, so that dashboards for the one fit the other.
 */
import type { Engine } from '../engine/engine';
import type { EndEvent, EngineEvent, EngineEvents, QueryEvent, TimedEvent } from '../engine/events';
import type { PoolStatus } from '../engine/pool';
import type { Family, Labels, Sample, Series } from './exposition';
import { outcomeOf } from '../engine/channels';
import { expose, Histogram } from './exposition';
import { DURATION_BUCKETS, errorTypeOf, poolNameOf, systemNameOf } from './semantic-names';

const POOL = 'db_client_connection_pool_name';
const OUTCOME = 'quartet_transaction_outcome';
/** Those that are shown from the start. */
const OUTCOMES = ['commit', 'rollback', 'unknown'];
/** So many kinds of statements are told apart at most. */
const MOST_SERIES = 200;
const OTHER = 'OTHER';

/**
 * Counts from now on what these engines do, and shows it as text.
 *
 * @example
 * const metrics = new PrometheusMetrics([engine]);
 * app.get('/metrics', (_req, res) => res.type(PrometheusMetrics.contentType).send(String(metrics)));
 */
export class PrometheusMetrics {
  /** What the text is sent as. */
  static readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';
  readonly #engines: readonly Watched[];

  /** @param engines an engine that is given twice is counted once. */
  constructor(engines: Iterable<Engine>) {
    const names = new Set<string>();
    this.#engines = [...new Set(engines)].map((engine) => {
      let name = poolNameOf(engine);
      for (let n = 2; names.has(name); n++) name = `${poolNameOf(engine)}#${n}`;
      names.add(name);
      return new Watched(engine, name);
    });
  }

  /** Nothing is counted any more. */
  stop(): void {
    for (const engine of this.#engines) engine.stop();
  }

  /** The text to be scraped. */
  toString(): string {
    const of = (samples: (engine: Watched) => readonly Sample[]): Sample[] =>
      this.#engines.flatMap(samples);
    const pools = (samples: (status: PoolStatus, pool: Labels) => Sample[]): Sample[] =>
      of(({ engine, labels }) => samples(engine.status(), labels)); // of all its servers together
    const counter = (value: (status: PoolStatus) => number): Sample[] =>
      pools((status, labels) => [{ labels, value: value(status) }]);
    const families: readonly Family[] = [
      {
        name: 'db_client_connection_count',
        type: 'gauge',
        help: 'Connections that are open, by whether somebody has them.',
        samples: pools(({ idle, inUse }, pool) => [
          { labels: { ...pool, db_client_connection_state: 'idle' }, value: idle },
          { labels: { ...pool, db_client_connection_state: 'used' }, value: inUse },
        ]),
      },
      {
        name: 'db_client_connection_max',
        type: 'gauge',
        help: 'Connections that may be open at most.',
        samples: counter(({ max }) => max),
      },
      {
        name: 'db_client_connection_pending_requests',
        type: 'gauge',
        help: 'Callers that wait for a connection now.',
        samples: counter(({ waiting }) => waiting),
      },
      {
        name: 'db_client_connection_timeouts_total',
        type: 'counter',
        help: 'Callers that have waited for a connection in vain.',
        samples: counter(({ timeouts }) => timeouts),
      },
      {
        name: 'quartet_connections_opened_total',
        type: 'counter',
        help: 'Connections opened.',
        samples: counter(({ opened }) => opened),
      },
      {
        name: 'db_client_connection_wait_time_seconds',
        type: 'histogram',
        help: 'How long connections were waited for.',
        samples: of(({ waits }) => waits.samples()),
      },
      {
        name: 'quartet_sessions_total',
        type: 'counter',
        help: 'Sessions that have used the engine.',
        samples: of(({ engine, labels }) => [{ labels, value: engine.status().sessions }]),
      },
      {
        name: 'quartet_transaction_duration_seconds',
        type: 'histogram',
        help: 'Transactions from BEGIN to their end, by outcome; unknown: the connection was lost during COMMIT.',
        samples: of(({ transactions }) => transactions.samples()),
      },
      {
        name: 'db_client_operation_duration_seconds',
        type: 'histogram',
        help: 'Statements in the database, by operation and by what they failed with.',
        samples: of(({ statements }) => statements.samples()),
      },
    ];
    return expose(families);
  }
}

/** What one engine has done. */
class Watched {
  readonly engine: Engine;
  readonly waits = new Histogram(DURATION_BUCKETS);
  readonly transactions = new Histogram(DURATION_BUCKETS);
  readonly statements = new Histogram(DURATION_BUCKETS);
  readonly labels: Labels;
  /** By their name: outcomes of transactions, and operations with their error. */
  readonly #outcomes = new Map<string, Series>();
  readonly #operations = new Map<string, Series>();
  /** When the transaction of a connection has begun. */
  readonly #begun = new WeakMap<object, number>();
  readonly #listeners: { readonly [K in keyof EngineEvents]?: (event: EngineEvents[K][0]) => void };

  constructor(engine: Engine, name: string) {
    this.engine = engine;
    this.labels = { [POOL]: name };
    const waits = this.waits.series(this.labels);
    for (const outcome of OUTCOMES) this.#ofOutcome(outcome);
    this.#listeners = {
      query: (event) => this.#answered(event),
      checkout: ({ durationMs }) => waits.observe(durationMs / 1000),
      begin: (event) => this.#begin(event),
      commit: (event) => this.#ended('commit', event),
      rollback: (event) => this.#ended('rollback', event),
      'implicit-commit': (event) => this.#ended('implicit-commit', event),
    };
    this.#listen('on');
  }

  stop(): void {
    this.#listen('off');
  }

  #listen(how: 'on' | 'off'): void {
    for (const [event, listener] of Object.entries(this.#listeners))
      this.engine[how](event as 'query', listener as (event: QueryEvent) => void);
  }

  #answered({ sql, durationMs, error }: QueryEvent): void {
    const { verb, several } = this.engine.describe(sql);
    const operation = several || verb === '' ? OTHER : verb;
    const errorType = error === undefined ? '' : errorTypeOf(error);
    this.#ofOperation(operation, errorType).observe(durationMs / 1000);
  }

  #ofOperation(operation: string, errorType: string): Series {
    const key = `${operation} ${errorType}`;
    const known = this.#operations.get(key);
    if (known) return known;
    const rest = errorType && OTHER;
    const isRest = operation === OTHER && errorType === rest;
    if (this.#operations.size >= MOST_SERIES && !isRest) return this.#ofOperation(OTHER, rest);
    const labels = {
      ...this.labels,
      db_system_name: systemNameOf(this.engine),
      db_operation_name: operation,
      ...(errorType !== '' && { error_type: errorType }),
    };
    const series = this.statements.series(labels);
    this.#operations.set(key, series);
    return series;
  }

  #ofOutcome(outcome: string): Series {
    const known = this.#outcomes.get(outcome);
    if (known) return known;
    const series = this.transactions.series({ ...this.labels, [OUTCOME]: outcome });
    this.#outcomes.set(outcome, series);
    return series;
  }

  #begin({ connection, durationMs }: TimedEvent): void {
    this.#begun.set(connection, performance.now() - durationMs);
  }

  /** What was not seen to begin is not counted, nor what has ended before. */
  #ended(
    event: 'commit' | 'rollback' | 'implicit-commit',
    { connection, error }: EngineEvent & Partial<EndEvent>,
  ): void {
    const begun = this.#begun.get(connection);
    if (begun === undefined) return;
    this.#begun.delete(connection);
    const series = this.#ofOutcome(outcomeOf(event, error));
    series.observe((performance.now() - begun) / 1000);
  }
}
