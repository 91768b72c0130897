/**
 * `@quartet/db-core/testing`: for the tests of an app.
 *
 * @packageDocumentation
 */
export type { TestIsolation } from './test-isolation';
export { beginTestIsolation, withTestIsolation } from './test-isolation';
