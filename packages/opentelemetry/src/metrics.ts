/**
 * The metrics of the database conventions, and one of transactions by their outcome, for which there is no convention.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/
 */
import type { Attributes, BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { CheckoutTrace, QueryTrace, TransactionTrace } from '@quartet/db-core/observe';
import { Engine, PoolTimeoutError } from '@quartet/db-core';
import { DURATION_BUCKETS, poolNameOf } from '@quartet/db-core/observe';
import { attributesOfEngine, attributesOfError, attributesOfStatement } from './attributes';

const SECONDS = { unit: 's', advice: { explicitBucketBoundaries: [...DURATION_BUCKETS] } };

export class Metrics {
  readonly #meter: Meter;
  readonly #operations;
  readonly #transactions;
  readonly #waits;
  readonly #timeouts;
  readonly #connections;
  readonly #maximum;
  readonly #pending;
  readonly #begun = new WeakMap<object, number>();
  /** Engines that have handed out a connection; they are not kept alive. */
  readonly #engines = new Set<WeakRef<Engine>>();
  readonly #known = new WeakSet<object>();

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#operations = meter.createHistogram('db.client.operation.duration', {
      ...SECONDS,
      description: 'Duration of database client operations.',
    });
    this.#transactions = meter.createHistogram('quartet.transaction.duration', {
      ...SECONDS,
      description: 'Duration of transactions, from BEGIN to their end, by outcome.',
    });
    this.#waits = meter.createHistogram('db.client.connection.wait_time', {
      ...SECONDS,
      description: 'The time it took to obtain an open connection from the pool.',
    });
    this.#timeouts = meter.createCounter('db.client.connection.timeouts', {
      unit: '{timeout}',
      description:
        'Connection timeouts that have occurred trying to obtain a connection from the pool.',
    });
    this.#connections = meter.createObservableUpDownCounter('db.client.connection.count', {
      unit: '{connection}',
      description: 'Connections that are currently in the state described by the state attribute.',
    });
    this.#maximum = meter.createObservableUpDownCounter('db.client.connection.max', {
      unit: '{connection}',
      description: 'The maximum number of open connections allowed.',
    });
    this.#pending = meter.createObservableUpDownCounter('db.client.connection.pending_requests', {
      unit: '{request}',
      description: 'Current pending requests for an open connection.',
    });
    meter.addBatchObservableCallback(this.#observe, this.#observables);
  }

  /** Nothing is observed any more. */
  stop(): void {
    this.#meter.removeBatchObservableCallback(this.#observe, this.#observables);
  }

  statementAnswered(trace: QueryTrace): void {
    const { engine, node, durationMs = 0, error } = trace;
    this.#operations.record(durationMs / 1000, {
      ...attributesOfEngine(engine, node),
      ...attributesOfStatement(trace),
      ...(error !== undefined && attributesOfError(error)),
    });
  }

  transactionBegun(trace: TransactionTrace): void {
    this.#begun.set(trace, performance.now() - trace.beginMs);
  }

  transactionEnded(trace: TransactionTrace): void {
    const begun = this.#begun.get(trace);
    if (begun === undefined) return;
    this.#transactions.record((performance.now() - begun) / 1000, {
      ...attributesOfEngine(trace.engine, trace.node),
      'quartet.transaction.outcome': trace.outcome ?? 'rollback',
    });
  }

  checkoutAsked(trace: CheckoutTrace): void {
    const { engine } = trace;
    this.#begun.set(trace, performance.now());
    if (this.#known.has(engine) || !(engine instanceof Engine)) return;
    this.#known.add(engine);
    this.#engines.add(new WeakRef(engine));
  }

  checkoutOver(trace: CheckoutTrace): void {
    const asked = this.#begun.get(trace);
    if (asked === undefined) return;
    const pool = { 'db.client.connection.pool.name': poolNameOf(trace.engine) };
    if (trace.error instanceof PoolTimeoutError) this.#timeouts.add(1, pool);
    else if (trace.error === undefined)
      this.#waits.record((performance.now() - asked) / 1000, pool);
  }

  get #observables(): Observable[] {
    return [this.#connections, this.#maximum, this.#pending];
  }

  readonly #observe = (result: BatchObservableResult): void => {
    for (const each of this.#engines) {
      const engine = each.deref();
      if (!engine || engine.disposed) {
        this.#engines.delete(each);
        continue;
      }
      const { idle, inUse, max, waiting } = engine.status(); // of all its servers together
      const pool: Attributes = { 'db.client.connection.pool.name': poolNameOf(engine) };
      const state = (name: string): Attributes => ({ ...pool, 'db.client.connection.state': name });
      result.observe(this.#connections, idle, state('idle'));
      result.observe(this.#connections, inUse, state('used'));
      result.observe(this.#maximum, max, pool);
      result.observe(this.#pending, waiting, pool);
    }
  };
}
