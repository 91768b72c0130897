import { expectWarning } from '@quartet/testing';
import { noteWarning, settleWarnings } from '../src/warnings';

test('an unannounced warning fails the test, with the text of the warning', () => {
  noteWarning('the pool is exhausted', 'at somewhere');
  expect(settleWarnings).toThrow('the pool is exhausted');
});

test('an announced warning is let through', () => {
  expectWarning(/never committed/);
  noteWarning('POST /users was never committed', '');
  expect(settleWarnings).not.toThrow();
});

test('an announced warning that does not come fails the test', () => {
  expectWarning('never committed');
  expect(settleWarnings).toThrow('The expected warning did not come: never committed');
});

test.each(['warn', 'error'] as const)('console.%s is a warning', (method) => {
  expectWarning('4 rows');
  console[method]('%d rows', 4);
  expect(settleWarnings).not.toThrow();
});

test('a warning of Node is recorded, although Jest gives tests a copy of process', async () => {
  process.emitWarning('this call is going away', 'DeprecationWarning');
  await new Promise(setImmediate);
  expect(settleWarnings).toThrow('DeprecationWarning: this call is going away');
});
