/**
 * `@quartet/db-core`: the engine, the session and its scope. Express is served by
 * `@quartet/db-core/express`, libraries join through `@quartet/db-core/drivers`.
 *
 * @packageDocumentation
 */
export type { Dialect } from './dialects/dialect';
export type { CursorResult, DriverConnection } from './dialects/driver-connection';
export type { DialectName } from './dialects/names';
export type { Connection } from './engine/connection';
export type { ConnectionOptions } from './engine/connection-options';
export type {
  BeginEvent,
  ConnectionEvent,
  ConnectionListener,
  EndEvent,
  EngineEvent,
  EngineEvents,
  EventDetails,
  QueryEvent,
  SavepointEvent,
  TimedEvent,
} from './engine/events';
export type { EngineStatus } from './engine/engine';
export type { EngineConfig, EngineOptions } from './engine/engine-options';
export type { IdleInTransactionReport } from './engine/idle-watch';
export type { LeakReport } from './engine/leak-detector';
export type { NPlusOneReport } from './engine/repeated-reads';
export type { NodeRole, NodeStatus } from './engine/node';
export type { PoolStatus } from './engine/pool';
export type { PoolOptions } from './engine/pool-options';
export type { Result, Row } from './engine/result';
export type { IntegrityKind, OperationalReason } from './errors/errors';
export type { Logger, LogMethod } from './errors/logger';
export type { EnginePosition, PositionsOptions } from './session/positions';
export type { RetryOptions } from './session/retryable';
export type {
  EndOptions,
  Scope,
  ScopedResource,
  ScopeEvent,
  ScopeObserver,
  RunInScopeOptions,
  ScopeOptions,
} from './session/scope';
export type { SessionSource } from './session/current';
export type { TeardownOptions } from './session/teardown-hooks';
export type { ScopedSession, ScopedSessionOptions } from './session/scoped-session';
export type { SessionFactory, SessionOptions } from './session/sessionmaker';
export type { SettingsSource } from './session/settings';
export type { OnUnsavedChange, UnsavedChange } from './session/unsaved-changes';
export type { Propagation, TransactionalOptions } from './session/transactional';
export type { Built, Executable } from './sql/built';
export type { CompiledStatement, Params } from './sql/placeholders';
export type { Settings } from './sql/settings';
export type {
  BeginMode,
  BeginWay,
  BeginOptions,
  IsolationLevel,
  TransactionOptions,
} from './sql/transaction-options';
export { toDate } from './dialects/sqlite/read-as';
export { DatabaseUrl, parseDatabaseUrl } from './dialects/url';
export { createEngine } from './create-engine';
export { Engine } from './engine/engine';
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
  NoSuchColumnError,
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
} from './errors/errors';
export { translateError } from './dialects/translate-error';
export { Positions } from './session/positions';
export { retryable } from './session/retryable';
export { currentScope, outsideScope, runInScope } from './session/scope';
export { scopedSession } from './session/scoped-session';
export { Session } from './session/session';
export { sessionmaker } from './session/sessionmaker';
export { transactional } from './session/transactional';
