/**
 * A span for each transaction, from BEGIN to COMMIT or ROLLBACK, and one for each statement: inside its transaction's, or
 * where none is open inside the span that is active.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/
 */
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import type { QueryTrace, TransactionTrace } from '@quartet/db-core/observe';
import { context, SpanKind, SpanStatusCode, trace as tracing } from '@opentelemetry/api';
import {
  attributesOfEngine,
  attributesOfError,
  attributesOfParameters,
  attributesOfStatement,
  queryTextOf,
} from './attributes';
import type { QuartetInstrumentationConfig } from './config';

interface Unit {
  readonly span: Span;
  /** What was active when it began. */
  readonly parent: Span | undefined;
  readonly inside: Context;
}

export class Spans {
  readonly #tracer: () => Tracer;
  readonly #config: () => QuartetInstrumentationConfig;
  readonly #units = new WeakMap<TransactionTrace, Unit>();
  readonly #statements = new WeakMap<QueryTrace, Span>();

  constructor(tracer: () => Tracer, config: () => QuartetInstrumentationConfig) {
    this.#tracer = tracer;
    this.#config = config;
  }

  transactionBegun(trace: TransactionTrace): void {
    const active = context.active();
    const parent = tracing.getSpan(active);
    if (!parent && this.#config().requireParentSpan) return;
    const { way, beginMs } = trace;
    const attributes = attributesOfEngine(trace.engine, trace.node);
    const options =
      way === 'sent' ? { attributes, startTime: Date.now() - beginMs } : { attributes };
    const span = this.#tracer().startSpan('transaction', options, active);
    const inside = tracing.setSpan(active, span);
    this.#units.set(trace, { span, parent, inside });
    if (way === 'sent') this.#control('BEGIN', trace, inside, beginMs);
    else span.addEvent('BEGIN', { 'quartet.begin.way': way ?? '' });
  }

  transactionEnded(trace: TransactionTrace): void {
    const unit = this.#units.get(trace);
    if (!unit) return;
    const { span, inside } = unit;
    const { outcome = 'rollback', error, endMs } = trace;
    if (endMs === undefined) span.addEvent('COMMIT', { 'quartet.commit.implicit': true });
    else {
      const wasCommit = outcome === 'commit' || error !== undefined;
      this.#control(wasCommit ? 'COMMIT' : 'ROLLBACK', trace, inside, endMs, error);
    }
    span.setAttribute('quartet.transaction.outcome', outcome);
    fail(span, error);
    span.end();
  }

  statementSent(trace: QueryTrace): void {
    const active = context.active();
    const parent = tracing.getSpan(active);
    const unit = trace.transaction && this.#units.get(trace.transaction);
    const { requireParentSpan, enhancedDatabaseReporting } = this.#config();
    if (!unit && !parent && requireParentSpan) return;
    const attributes: Attributes = {
      ...attributesOfEngine(trace.engine, trace.node),
      ...attributesOfStatement(trace),
      'db.query.text': queryTextOf(trace),
      ...(enhancedDatabaseReporting && attributesOfParameters(trace.params)),
    };
    const name = attributes['db.query.summary'] ?? attributes['db.system.name'];
    // A span of the app's own inside the transaction is no parent of its statements, but where they come from.
    const asked = parent !== undefined && parent !== unit?.parent ? parent : undefined;
    const links = unit && asked ? [{ context: asked.spanContext() }] : [];
    const options = { kind: SpanKind.CLIENT, attributes, links };
    const span = this.#tracer().startSpan(String(name), options, unit?.inside ?? active);
    this.#statements.set(trace, span);
  }

  statementAnswered(trace: QueryTrace): void {
    const span = this.#statements.get(trace);
    if (!span) return;
    const { engine, sql, rowCount, error } = trace;
    if (rowCount !== undefined && engine.describe(sql).returnsRows)
      span.setAttribute('db.response.returned_rows', rowCount);
    fail(span, error);
    span.end();
  }

  /** What the engine sends by itself; it is over when it is told of. */
  #control(
    operation: string,
    { engine, node }: TransactionTrace,
    inside: Context,
    tookMs: number,
    error?: unknown,
  ): void {
    const now = Date.now();
    const attributes = {
      ...attributesOfEngine(engine, node),
      'db.operation.name': operation,
      'db.query.summary': operation,
      'db.query.text': operation,
    };
    const options = { kind: SpanKind.CLIENT, attributes, startTime: now - tookMs };
    const span = this.#tracer().startSpan(operation, options, inside);
    fail(span, error);
    span.end(now);
  }
}

/** The message of an error is left out: databases write values into it. */
function fail(span: Span, error: unknown): void {
  if (error === undefined) return;
  span.setAttributes(attributesOfError(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}
