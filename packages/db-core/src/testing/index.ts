/** `@quartet/db-core/testing`: for the tests of an app. */
export { withTestIsolation } from './test-isolation';
