import { endOfLastRecord, postgresqlPositions } from '../../src/dialects/postgresql/positions';

const LAYOUT = { page: 8_192, segment: 16_777_216 };

test.each([
  ['in the middle of a page', '0/16B3740', '0/16B3740'],
  ['behind a full page', '0/16B4018', '0/16B4000'],
  ['behind a full segment', '1/2000028', '1/2000000'],
  ['40 bytes into a page that begins no segment', '0/16B4028', '0/16B4028'],
  ['beyond 32 bits', 'FF/FFFFE018', 'FF/FFFFE000'],
])('the last record ends %s', (_, insert, end) => {
  expect(endOfLastRecord(insert, LAYOUT)).toBe(end);
});

test('positions compare by number, not as texts', () => {
  const { covers, join, isPosition } = postgresqlPositions;
  expect(covers('0/9', '0/10')).toBe(false);
  expect(covers('1/0', '0/FFFFFFFF')).toBe(true);
  expect(covers('0/16b3740', '0/16B3740')).toBe(true);
  expect(join('0/9', '0/10')).toBe('0/10');
  const texts = ['0/0', 'FF/FFFFE018', '0', '0/G', '0/1;x', ''];
  expect(texts.map((text) => isPosition(text))).toEqual([true, true, false, false, false, false]);
});
