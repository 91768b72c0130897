/**
 * `@quartet/db-core`: the engine, the session and its scope. Express is served by
 * `@quartet/db-core/express`, libraries join through `@quartet/db-core/drivers`.
 */
export type { ConnectionOptions } from './connection';
export type {
  BeginMode,
  BeginWay,
  BeginOptions,
  CursorResult,
  Dialect,
  DialectName,
  IsolationLevel,
  TransactionOptions,
} from './dialect';
export type { EchoOptions } from './echo';
export type {
  BeginEvent,
  EngineConfig,
  EngineEvent,
  EngineEvents,
  EngineOptions,
  EngineStatus,
  QueryEvent,
  SavepointEvent,
  SessionSource,
  TimedEvent,
} from './engine';
export type { IntegrityKind, OperationalReason } from './errors';
export type { Class, Identity, Mapper, Select } from './mapper';
export type { LeakReport } from './leak-detector';
export type { CompiledStatement, Params } from './placeholders';
export type { IterPagesOptions, PageSource, PaginateOptions } from './pagination';
export type { PoolOptions, PoolStatus } from './pool';
export type {
  Change,
  ModelsCommitted,
  ModificationListeners,
  Operation,
} from './modifications';
export type { Ordering } from './query';
export type { RecordedEvent, RecordedKind, RecordedQuery } from './recorder';
export type { RetryOptions } from './retryable';
export type { ScopedSession, ScopedSessionOptions } from './scoped-session';
export type { ScopeOptions } from './scope';
export type { SessionOptions } from './session';
export type { SessionFactory } from './sessionmaker';
export type { Propagation, TransactionalOptions } from './transactional';
export { Connection } from './connection';
export { Echo } from './echo';
export { createEngine, Engine } from './engine';
export {
  ArgumentError,
  DatabaseError,
  DataError,
  DbCoreError,
  IntegrityError,
  InvalidRequestError,
  MultipleResultsFound,
  NoActiveScopeError,
  NoResultFound,
  OperationalError,
  PartialCommitError,
  PendingRollbackError,
  PoolTimeoutError,
  ProgrammingError,
  RetryExhaustedError,
  ScopeClosedError,
  UnboundSessionError,
  UnmappedError,
  UsageError,
} from './errors';
export { NotFoundError } from './http-errors';
export { hiddenField, type HiddenField } from './hidden-field';
export { mapClass, mapperOf } from './mapper';
export { trackModifications } from './modifications';
export { paginate, Pagination } from './pagination';
export { Query } from './query';
export { getRecordedQueries } from './recorded-queries';
export { Recorder } from './recorder';
export { Result, Row } from './result';
export { retryable } from './retryable';
export { currentScope, enterScope, outsideScope, runInScope, Scope } from './scope';
export { scopedSession } from './scoped-session';
export { Session } from './session';
export { sessionmaker } from './sessionmaker';
export { withTestIsolation } from './test-isolation';
export { createUnlessMade } from './table-exists';
export { transactional } from './transactional';
export { translateError } from './translate-error';
export { DatabaseUrl, parseDatabaseUrl } from './url';
