/** `@quartet/db-core/express`: one scope per request, torn down exactly once. */
export type { CausalCookie, CausalHeader, CausalOptions, CausalStore } from './causal';
export type { RequestScopeOptions, TeardownHook } from './request-scope';
export type { CommitMode } from './current-request';
export { clientGone } from './client-gone';
export { commitMode } from './commit-mode';
export { currentRequest } from './current-request';
export { initApp, noteErrors, requestScopesOf } from './init-app';
export { requestedPage } from './requested-page';
export { ClientAbortedError, RequestScopes, ShutdownError } from './request-scope';
export type { ShutdownOptions } from './shutdown';
export { gracefulShutdown } from './shutdown';
