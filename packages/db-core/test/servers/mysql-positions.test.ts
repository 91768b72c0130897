import { mysqlPositions } from '../../src/dialects/mysql/positions';

const { covers, join, isPosition } = mysqlPositions;

test('a position is reached when each of its domains is', () => {
  expect(covers('0-1-10', '0-1-9')).toBe(true);
  expect(covers('0-2-10', '0-1-10')).toBe(true);
  expect(covers('0-1-9', '0-1-10')).toBe(false);
  expect(covers('0-1-10', '0-1-10,1-1-1')).toBe(false);
  expect(covers('0-1-10,1-1-2', '1-1-1,0-1-10')).toBe(true);
  expect(covers('0-1-9007199254740994', '0-1-9007199254740993')).toBe(true);
});

test('what a cluster has committed so far is asked for each time anew', () => {
  expect(covers('all', 'all')).toBe(false);
  expect(join('0-1-1', 'all')).toBe('all');
});

test('the position of several has the later one of each domain', () => {
  expect(join('0-1-9,1-1-5', '0-2-10')).toBe('0-2-10,1-1-5');
});

test.each(['0-1-1', '0-1-1,1-1-1', 'all'])('%s is a position', (text) => {
  expect(isPosition(text)).toBe(true);
});
test.each(['', '0-1', "0-1-1'", '0-1-1,', 'ALL', '0-1-1;0-1-2'])('%j is none', (text) => {
  expect(isPosition(text)).toBe(false);
});
