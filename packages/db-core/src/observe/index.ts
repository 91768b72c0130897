/**
 * `@quartet/db-core/observe`: seeing what engines and sessions do: recorders, echo, committed changes, and what the tracing
 * channels `quartet:query`, `quartet:transaction`, `quartet:checkout` and `quartet:session` publish.
 *
 * @packageDocumentation
 */
export type {
  CheckoutTrace,
  QueryTrace,
  Trace,
  TracedEngine,
  TransactionOutcome,
  TransactionTrace,
} from '../engine/channels';
export type { SessionTrace } from '../session/session-trace';
export type { EchoOptions } from './echo';
export type { Operation } from './changes';
export type { Change, ModelsCommitted, ModificationListeners } from './modifications';
export type { RecordedEvent, RecordedKind, RecordedQuery, RecorderOptions } from './recorder';
export { ReadCounts } from '../engine/repeated-reads';
export { Echo } from './echo';
export { trackModifications } from './modifications';
export { PrometheusMetrics } from './prometheus-metrics';
export { getRecordedQueries } from './recorded-queries';
export { Recorder } from './recorder';
export {
  DURATION_BUCKETS,
  errorTypeOf,
  poolNameOf,
  statusCodeOf,
  systemNameOf,
} from './semantic-names';
