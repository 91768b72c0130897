/** The table of a reference's tests is refused when it names a test that is not there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { portedTests } = require('../lib/docs/ported-tests.cjs') as {
  portedTests(root: string, list: string, link: (file: string) => string): string;
};

const root = mkdtempSync(join(tmpdir(), 'quartet-ported-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'apps/a/test'), { recursive: true });
writeFileSync(
  join(root, 'apps/a/test/a.test.ts'),
  `test('it\\'s there', async () => {});\ntest.each([\n  ['not this', 'nor this'],\n])(\n  'each %s is there',\n  (one) => {},\n);\n`,
);

function tableOf(...rows: object[]): string {
  writeFileSync(join(root, 'list.json'), JSON.stringify({ tests: { 'test_a.py': rows } }));
  return portedTests(root, 'list.json', (file) => `../${file}`);
}

const there = { test: 'test_a', file: 'apps/a/test/a.test.ts', title: "it's there" };

test('every row of the list is in the table, with its count', () => {
  const table = tableOf(
    { ...there, status: 'ported' },
    { ...there, test: 'test_b', status: 'adapted', title: 'each %s is there', how: 'a | b' },
    { test: 'test_c', status: 'not applicable', how: 'Python only' },
  );
  expect(table).toContain('3 test functions: 1 ported, 1 adapted, 1 not applicable.');
  expect(table.split('\n').slice(-3)).toEqual([
    "| `test_a.py` test_a | ported | [it's there](../apps/a/test/a.test.ts) |",
    '| `test_a.py` test_b | adapted | [each %s is there](../apps/a/test/a.test.ts); a \\| b |',
    '| `test_a.py` test_c | not applicable | Python only |',
  ]);
});

test.each([
  [{ ...there, status: 'ported', title: 'it is there' }, /has no test 'it is there'/],
  [{ ...there, status: 'ported', title: 'not this' }, /has no test 'not this'/],
  [
    { ...there, status: 'ported', file: 'apps/a/test/b.test.ts' },
    /apps\/a\/test\/b\.test\.ts does not exist/,
  ],
  [{ ...there, status: 'adapted' }, /it is not said what differs/],
  [{ test: 'test_a', status: 'not applicable' }, /no reason is given/],
  [{ ...there, status: 'done' }, /'done' is no status/],
])('%j is refused', (row, message) => {
  expect(() => tableOf(row)).toThrow(message);
});
