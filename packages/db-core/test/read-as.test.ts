/** What SQLite has stored is read by what the model says, whatever the database calls the column's type. */
import { createEngine, toDate } from '@quartet/db-core';
import { readAs } from '@quartet/db-core/binding';

const AT = new Date('2026-01-02T03:04:05.000Z');

test.each([
  '2026-01-02 03:04:05', // what CURRENT_TIMESTAMP writes
  '2026-01-02T03:04:05.000Z',
  '2026-01-02 03:04:05.000 +00:00', // Sequelize's own
  '2026-01-02 03:04:05.000',
  '2026-01-02T04:04:05+01:00',
  '2026-01-02T04:04:05+0100',
  '2026-01-01T22:04:05.000000-05:00',
  1_767_323_045, // unixepoch()
  1_767_323_045_000, // Date.now()
  1_767_323_045n,
  '1767323045', // the same in a column of texts
])('an instant: %p', (stored) => {
  expect(readAs('instant', stored)).toEqual(AT);
  expect(toDate(stored)).toEqual(AT);
});

test('a day is its midnight in UTC, a Julian day its instant', async () => {
  expect(toDate('2026-01-02')).toEqual(new Date('2026-01-02T00:00:00Z'));
  const engine = createEngine('sqlite://');
  const day = (await engine.execute("select julianday('2026-01-02 03:04:05.250')")).scalar();
  expect(toDate(day)).toEqual(new Date('2026-01-02T03:04:05.250Z'));
  await engine.dispose();
});

test.each(['', 'soon', '2026-13-45', undefined, null, true, {}])('no instant: %p', (stored) => {
  expect(() => toDate(stored)).toThrow(RangeError);
});

test.each([
  [1, true],
  [0, false],
  [2, true],
  ['1', true],
  ['0', false],
  ['true', true],
  ['FALSE', false],
  ['t', true],
  ['off', false],
  ['perhaps', 'perhaps'],
  [null, null],
])('a boolean: %p is %p', (stored, expected) => {
  expect(readAs('boolean', stored)).toBe(expected);
});

test.each([
  ['7', 7],
  ['-7', -7],
  ['007', 7],
  ['1.50', 1.5],
  ['0', 0],
  ['9007199254740993', '9007199254740993'],
  ['12345678901234567890.12', '12345678901234567890.12'],
  ['seven', 'seven'],
  [7, 7],
])('a number: %p is %p', (stored, expected) => {
  expect(readAs('number', stored)).toBe(expected);
});

test('JSON is parsed where it is text', () => {
  expect(readAs('json', '{"a":[1]}')).toEqual({ a: [1] });
  expect(readAs('json', 5)).toBe(5);
});
