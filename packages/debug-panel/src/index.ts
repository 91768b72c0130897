/**
 * `@quartet/debug-panel`: the last requests of your own app, live in the browser.
 *
 * @packageDocumentation
 */
export type { DebugPanelOptions } from './options';
export type { Finding, FindingKind } from './findings';
export type { RequestDetails, RequestSummary } from './json';
export { debugPanel } from './debug-panel';
