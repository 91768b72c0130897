/**
 * `@quartet/debug-panel/parts`: what the panel and the workbench are both made of, on the server.
 *
 * @packageDocumentation
 */
export type { Alike } from './alike';
export type { SessionEventOptions } from './session-event';
export { groupAlike, toStatement } from './alike';
export { explain, isExplainable } from './explain';
export { isLocalHost, isLoopback, isSameOrigin } from './local-only';
export { PAGE_HEADERS } from './page-headers';
export { poolFigures, shownError, toSessionEvent } from './session-event';
export { sqlLines } from './sql-code';
export { Html, html } from '../page/html';
