/**
 * `@quartet/db-core/fastify`: one scope per request, torn down exactly once.
 *
 * A reply that was hijacked, or is a stream, is over when its answer is, as every other.
 *
 * @packageDocumentation
 */
export { clientGone } from '../http/client-gone';
export { ClientAbortedError, ShutdownError } from '../http/request-errors';
export { requestedPage } from '../http/requested-page';
export { gracefulShutdown } from '../http/shutdown';
export { commitMode, initApp } from './init-app';
export type { FastifyScopes, FastifyScopeOptions } from './init-app';
