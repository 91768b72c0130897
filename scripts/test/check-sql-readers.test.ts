import { command, folderWith } from './support/command';

async function check(files: Record<string, string>): Promise<string> {
  const root = folderWith({ 'packages/db-core/src/sql/tokens.ts': 'export {};', ...files });
  const { code, stdout, stderr } = await command('check-sql-readers.cjs', ['--root', root]);
  expect(code).toBe(stderr ? 1 : 0);
  return stderr || stdout;
}

const PASSES = 'what a statement is, src/sql alone says\n';

test('the workspace itself passes', async () => {
  expect(await command('check-sql-readers.cjs', [])).toMatchObject({ code: 0, stdout: PASSES });
});

test.each([
  ['engine/connection.ts', 'const BEGINS = /^\\s*begin\\b/i;', '/^\\s*begin\\b/'],
  ['drivers/route.ts', 'export const is = (t: string) => /\\bFOR UPDATE/.test(t);', 'FOR UPDATE'],
  ['drivers/route.ts', "new RegExp('^(?:commit|end)', 'i');", '^(?:commit|end)'],
  ['drivers/route.ts', 'new RegExp(`^\\\\s*${word}|rollback`);', 'rollback'],
  ['observe/recorder.ts', 'const word = /^\\w+/.exec(event.sql)?.[0];', 'exec(sql)'],
  ['observe/recorder.ts', 'const found = this.#sql.match(WORD);', 'sql.match()'],
  ['observe/recorder.ts', "if (sql.startsWith('SAVE')) stop();", 'sql.startsWith()'],
  ['observe/recorder.ts', "if ((sql as string).toUpperCase() === 'END') stop();", 'toUpperCase()'],
  ['observe/recorder.ts', 'switch (sql.charCodeAt(0)) {}', 'sql.charCodeAt()'],
  ['dialects/sqlite/limit.ts', "compiledSql.replace(/'[^']*'|x/g, '');", 'compiledSql.replace()'],
])('%s with %j does not', async (file, code, what) => {
  const said = await check({ [`packages/db-core/src/${file}`]: code });
  expect(said).toContain(`packages/db-core/src/${file}: `);
  expect(said).toContain(what);
  expect(said).toContain('ask describe(sql)');
});

test.each([
  ['sql/statement.ts', 'const BEGINS = /^\\s*begin\\b/i; sql.charCodeAt(0);'],
  ['dialects/mysql/errors.ts', 'const LOST = /lock wait timeout/;'],
  ['dialects/oracle/errors.ts', 'const LOST = /update conflict/;'],
  ['orm/pagination.ts', 'const NUMBER = /^\\d+$/.test(text);'],
  ['observe/echo.ts', "sql.replace(/\\s+/g, ' ').trim().slice(0, 60);"],
  ['engine/engine.ts', "const statement = engine.describe(sql); if (sql === '') statement.verb;"],
  ['drivers/sqlite3.ts', 'handle.database.exec(sql);'],
  ['drivers/pg.ts', '// a BEGIN is /^begin/\nconst sql = "select 1";'],
])('%s with %j does', async (file, code) => {
  expect(await check({ [`packages/db-core/src/${file}`]: code })).toBe(PASSES);
});

test('a folder without db-core is not taken for a clean one', async () => {
  const root = folderWith({ 'README.md': '' });
  const { code, stderr } = await command('check-sql-readers.cjs', ['--root', root]);
  expect(code).toBe(1);
  expect(stderr).toContain('no sources found');
});
