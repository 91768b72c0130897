/**
 * `@quartet/db-core/hono`: one scope per request, torn down exactly once, on `@hono/node-server`.
 *
 * @packageDocumentation
 */
export { clientGone } from '../http/client-gone';
export { ClientAbortedError, ShutdownError } from '../http/request-errors';
export { requestedPage } from '../http/requested-page';
export { gracefulShutdown } from '../http/shutdown';
export { commitMode, initApp } from './init-app';
export type { HonoScopes, HonoScopeOptions } from './init-app';
