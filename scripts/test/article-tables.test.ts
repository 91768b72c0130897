/** The tables of the articles: calls come from the files that run, behaviours name tests that exist. */
import { folderWith } from './support/command';

const { callTable } = require('../lib/docs/calls.cjs') as {
  callTable(root: string, topic: string): string;
};
const { behaviourTable } = require('../lib/docs/behaviours.cjs') as {
  behaviourTable(root: string, list: string, link: (file: string) => string): string;
};

const SOURCE = 'docs/examples/src/articles/1-one/declarative.ts';

function calls(source: string): string[] {
  const root = folderWith({ [SOURCE]: source, 'docs/examples/test/articles/one.test.ts': '' });
  return callTable(root, 'engine').split('\n').slice(2);
}

test('a call has the statement below it, on one line, with its remark', () => {
  const source = `// #region engine
// [1, 2] engine = create_engine('x')
// => with a remark
export const engine = createEngine(
  'x',
);

// no row
const other = 1;
// #endregion
// [1] elsewhere()
elsewhere();
`;
  expect(calls(source)).toEqual([
    "| `engine = create_engine('x')` | 1, 2 | `const engine = createEngine('x')`: with a remark |",
  ]);
});

test('what begins and goes on is closed, what ends what began before is left out', () => {
  const source = `// #region engine
// [1] def init_db():
async function initDb(): Promise<void> {
  // [1] create_all()
  await createAll(knex, { users });
}
// [1, 2, 3, 4] f'{a|b}'
print(\`\${a | b}\`);
// #endregion
`;
  expect(calls(source)).toEqual([
    '| `def init_db():` | 1 | `async function initDb(): Promise<void> { … }` |',
    '| `create_all()` | 1 | `await createAll(knex, { users })` |',
    "| `f'{a\\|b}'` | 1–4 | `` print(`${a \\| b}`) `` |",
  ]);
});

test('a call that two programs have is one row; one without code is refused', () => {
  const row = "// #region engine\n// [2] connect()\nconnect('two');\n";
  const again = '// [1] connect()\nconnect();\n// #endregion\n';
  expect(calls(row + again)).toEqual(["| `connect()` | 1, 2 | `connect('two')` |"]);
  expect(() => calls('// #region engine\n// [1] connect()\n// #endregion\n')).toThrow(
    "declarative.ts: no code follows 'connect()'",
  );
  expect(() => calls('')).toThrow("no region 'engine' has a call");
});

const there = {
  row: 1,
  in: '1',
  does: 'a | b',
  file: 'apps/a/test/a.test.ts',
  test: 'it is there',
};

function behaviours(...rows: object[]): string {
  const root = folderWith({
    'list.json': JSON.stringify({ rows: rows.length, groups: { Engine: rows } }),
    'apps/a/test/a.test.ts':
      "describe('a group', () => {});\ntest('it is there', () => {});\ntest.skip('not now', () => {});\n",
    'apps/a/src/a.ts': "test('it is there', () => {});",
  });
  return behaviourTable(root, 'list.json', (file) => `../${file}`);
}

test('behaviours are counted, with their tests', () => {
  const table = behaviours(
    { ...there, here: 'as written' },
    { ...there, row: 2, here: 'on purpose otherwise', why: 'it throws' },
  );
  expect(table).toContain('2 behaviours: 1 as written, 1 on purpose otherwise.');
  expect(table.split('\n').slice(-2)).toEqual([
    '| 1 | 1 | a \\| b | as written | [it is there](../apps/a/test/a.test.ts) |',
    '| 2 | 1 | a \\| b | on purpose otherwise: it throws | [it is there](../apps/a/test/a.test.ts) |',
  ]);
});

test.each([
  [{ here: 'open' }, "row 1: 'open' is none of: as written, on purpose otherwise"],
  [{ here: 'on purpose otherwise' }, 'row 1: it is not said why'],
  [{ row: 2 }, 'row 1 is missing\nrow 2 is one too many'],
  [{ test: 'it was there' }, "row 1: apps/a/test/a.test.ts has no test 'it was there'"],
  [{ test: 'a group' }, "has no test 'a group'"],
  [{ test: 'not now' }, "has no test 'not now'"],
  [{ file: 'apps/a/test/b.test.ts' }, 'apps/a/test/b.test.ts does not exist'],
  [{ file: 'apps/a/src/a.ts' }, 'apps/a/src/a.ts is run by nobody'],
])('%j is refused', (change, message) => {
  expect(() => behaviours({ ...there, here: 'as written', ...change })).toThrow(message);
});
