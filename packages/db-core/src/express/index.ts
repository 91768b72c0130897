/**
 * `@quartet/db-core/express`: one scope per request, torn down exactly once.
 *
 * @packageDocumentation
 */
export type { CausalCookie, CausalHeader, CausalOptions, CausalStore } from '../http/causal';
export type { CommitMode } from '../http/current-request';
export type { RequestScopeOptions, TeardownHook } from './request-scopes';
export type { ShutdownOptions } from './shutdown';
export { clientGone } from '../http/client-gone';
export { ClientAbortedError, ShutdownError } from '../http/request-errors';
export { requestedPage } from '../http/requested-page';
export { commitMode } from './commit-mode';
export { currentRequest } from './current-request';
export { initApp, noteErrors, requestScopesOf } from './init-app';
export { RequestScopes } from './request-scopes';
export { gracefulShutdown } from './shutdown';
