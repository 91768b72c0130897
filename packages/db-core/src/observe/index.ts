/** `@quartet/db-core/observe`: seeing what engines and sessions do: recorders, echo, committed changes. */
export type { EchoOptions } from './echo';
export type { Change, ModelsCommitted, ModificationListeners, Operation } from './modifications';
export type { RecordedEvent, RecordedKind, RecordedQuery } from './recorder';
export { Echo } from './echo';
export { trackModifications } from './modifications';
export { getRecordedQueries } from './recorded-queries';
export { Recorder } from './recorder';
