/**
 * `@quartet/db-core/koa`: one scope per request, torn down exactly once.
 *
 * @packageDocumentation
 */
export { clientGone } from '../http/client-gone';
export { ClientAbortedError, ShutdownError } from '../http/request-errors';
export { requestedPage } from '../http/requested-page';
export { gracefulShutdown } from '../http/shutdown';
export { commitMode, initApp } from './init-app';
export type { KoaScopes, KoaScopeOptions } from './init-app';
