import { compareApps } from '../lib/shape.cjs';
import { command, folderWith } from './support/command';

const STYLES = ['extension', 'declarative', 'classical', 'sql-builder'];

/** Four apps that are alike, as small as they can be. */
function fourApps(): Record<string, string> {
  const files: Record<string, string> = {
    'packages/http-contract/src/queries.ts':
      'export interface Queries { list(): void; find(): void; remove(): void }',
  };
  for (const style of STYLES) {
    files[`apps/${style}/src/models.ts`] = 'export class User {}\nexport type Row = unknown;';
    files[`apps/${style}/src/queries.ts`] =
      'export const queries = { list() {}, find: () => 1, remove } satisfies Queries;\nfunction remove() {}';
    files[`apps/${style}/test/app.test.ts`] = "test('it works', () => {});";
    files[`apps/${style}/README.md`] =
      `# ${style}\n## Run\n\`\`\`sh\n## no heading\n\`\`\`\n## Compare\n`;
  }
  return files;
}

async function shapeOf(changes: Record<string, string | undefined>): Promise<string> {
  const files = Object.entries({ ...fourApps(), ...changes });
  const kept = files.filter((file): file is [string, string] => file[1] !== undefined);
  const { code, stdout, stderr } = await command('check-shape.cjs', [
    '--root',
    folderWith(Object.fromEntries(kept)),
  ]);
  expect(code).toBe(stderr ? 1 : 0);
  return stderr || stdout;
}

test('four apps of one shape pass', async () => {
  expect(await shapeOf({})).toBe('the 4 apps have one shape\n');
});

test.each([
  [
    'a file that one app lacks',
    'apps/classical/test/app.test.ts',
    undefined,
    'test/app.test.ts is missing in classical',
  ],
  [
    'a file that only one app has',
    'apps/classical/src/helpers/sql.ts',
    'export {};',
    'src/helpers/sql.ts is only in classical',
  ],
  [
    'an export that one app lacks',
    'apps/declarative/src/models.ts',
    'export class User {}',
    'src/models.ts: export Row is missing in declarative',
  ],
  [
    'an export that only one app has',
    'apps/declarative/src/models.ts',
    'class User {}\ntype Row = 1;\nconst [a, { b: c }] = x;\nexport { User, type Row };\nexport const { d, ...e } = f;',
    'src/models.ts: export d is only in declarative\nsrc/models.ts: export e is only in declarative',
  ],
  [
    'queries in another order than the contract',
    'apps/extension/src/queries.ts',
    'export const queries: Queries = { find() {}, list() {}, remove() {} };',
    'apps/extension/src/queries.ts: out of order: find stands where the contract has list',
  ],
  [
    'the functions behind the queries in another order',
    'apps/extension/src/queries.ts',
    'async function find() {}\nfunction list() {}\nfunction remove() {}\nexport const queries = { list, find, remove };',
    'apps/extension/src/queries.ts (functions): out of order: find stands where the contract has list',
  ],
  [
    'a query that is not in the contract',
    'apps/extension/src/queries.ts',
    'export const queries = { list, find, remove, count };',
    'apps/extension/src/queries.ts: count is not in the contract',
  ],
  [
    'a query that is not implemented',
    'apps/extension/src/queries.ts',
    'export const queries = { list, remove };',
    'apps/extension/src/queries.ts: find is missing',
  ],
  [
    'other headings',
    'apps/sql-builder/README.md',
    '# SQL\n## Run\n## Gaps\n## Compare\n',
    'README.md: heading 2 differs: sql-builder has "## Gaps", extension has "## Compare"',
  ],
  [
    'a heading too few',
    'apps/sql-builder/README.md',
    '# SQL\n## Run\n',
    'README.md: heading 2 differs: sql-builder has no more headings, extension has "## Compare"',
  ],
])('%s is named', async (_what, file, content, said) => {
  expect(await shapeOf({ [file]: content })).toBe(`${said}\n`);
});

test('a file that does not parse is named', async () => {
  expect(await shapeOf({ 'apps/classical/src/models.ts': 'export class {' })).toContain(
    'apps/classical/src/models.ts does not parse',
  );
});

test('a folder without apps is no success', async () => {
  const { code, stderr } = await command('check-shape.cjs', ['--root', folderWith({})]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('no source files')]);
});

test('an allowance lets one app differ in what it names, and is reported once it is not needed', () => {
  const root = folderWith({
    ...fourApps(),
    'apps/sql-builder/src/models.ts': 'export type Row = unknown;\nexport type UserRow = 1;',
  });
  const allowance = {
    app: 'sql-builder',
    file: 'src/models.ts',
    missing: ['User'],
    extra: ['UserRow'],
    reason: 'no classes',
  };
  expect(compareApps({ root, apps: STYLES, allowances: [allowance] })).toEqual([]);
  expect(compareApps({ root, apps: STYLES, allowances: [{ ...allowance, extra: [] }] })).toEqual([
    'src/models.ts: export UserRow is only in sql-builder',
  ]);
  const other = { ...allowance, app: 'classical' };
  expect(compareApps({ root, apps: STYLES, allowances: [allowance, other] })).toEqual([
    'src/models.ts: the allowance for classical is no longer needed: remove it',
  ]);
});
