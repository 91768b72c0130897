/**
 * `@quartet/db-core/http`: one scope per request on `node:http` alone, torn down exactly once.
 *
 * @packageDocumentation
 */
export type { CausalCookie, CausalHeader, CausalOptions, CausalStore } from './causal';
export type { CommitMode } from './current-request';
export type { RequestScopeOptions, TeardownHook } from './request-scope-options';
export type { Exchange, Framework } from './request-scopes';
export type { RequestListenerOptions, ScopedListener } from './request-listener';
export type { ShutdownOptions } from './shutdown';
export { clientGone } from './client-gone';
export { setCommitMode } from './commit-mode';
export { currentRequest } from './current-request';
export { requestListener } from './request-listener';
export { requestedPage } from './requested-page';
export { ClientAbortedError, ShutdownError } from './request-errors';
export { RequestScopes } from './request-scopes';
export { gracefulShutdown } from './shutdown';
