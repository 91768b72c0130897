import { ArgumentError } from '../src';
import { warningOf } from '../src/dialects/sqlite/better-sqlite3-version';

test.each([
  ['12.11.1', '20.20.2', '9'],
  ['12.11.1', '22.23.2', '10'],
  ['12.11.1', '24.18.1', '10'],
  ['12.11.1', '26.1.0', '10'],
  ['13.2.0', '22.14.0', '10'],
  ['13.2.0', '24.21.0', '10'],
])('better-sqlite3 %s runs on Node %s', (version, node, napi) => {
  expect(warningOf(version, { node, napi })).toBeUndefined();
});

test.each([
  ['20.20.2', '9'],
  ['22.13.1', '9'],
])('better-sqlite3 13 is refused on Node %s, where it would end the process', (node, napi) => {
  const open = () => warningOf('13.2.0', { node, napi });
  expect(open).toThrow(ArgumentError);
  expect(open).toThrow(
    `better-sqlite3 13.2.0 needs Node 22.14 or later, and this is Node ${node}: install better-sqlite3@12.`,
  );
});

test('better-sqlite3 12 is warned of on Node 24.19 and later', () => {
  expect(warningOf('12.11.1', { node: '24.19.0', napi: '10' })).toBe(
    'better-sqlite3 12.11.1 may abort the process on Node 24.19.0: install better-sqlite3@13.',
  );
});
