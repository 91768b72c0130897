import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const JEST = require.resolve('jest/bin/jest');
const PRESET = join(__dirname, '../jest-preset.cjs');

const folder = mkdtempSync(join(tmpdir(), 'quartet-preset-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs Jest with the preset on the test files, as a package of the workspace does. */
async function jest(name: string, files: Record<string, string>) {
  const root = join(folder, name);
  const results = join(root, 'results');
  mkdirSync(join(root, 'test'), { recursive: true });
  mkdirSync(results);
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name }));
  writeFileSync(
    join(root, 'jest.config.cjs'),
    `module.exports = require(${JSON.stringify(PRESET)});`,
  );
  for (const [file, code] of Object.entries(files)) writeFileSync(join(root, 'test', file), code);
  const child = spawn(process.execPath, [JEST], {
    cwd: root,
    env: { ...process.env, TEST_RESULTS: results, TEST_ENGINES: 'sqlite' },
  });
  const [, said] = [text(child.stdout), text(child.stderr)];
  const [code] = (await once(child, 'close')) as [number];
  const counts: unknown[] = readdirSync(results).map((file) =>
    JSON.parse(readFileSync(join(results, file), 'utf8')),
  );
  return { code, counts, said: await said };
}

test('the counts of a package are left for npm test to add up', async () => {
  const { code, counts } = await jest('counted', {
    'a.test.ts': "test('passes', () => {}); test.skip('waits', () => {}); test.todo('later');",
    'b.test.ts': "test('fails', () => { throw new Error('no'); }); test('passes', () => {});",
    'crash.test.ts': "throw new Error('cannot be loaded');",
    'after.test.ts': "test('passes', () => {}); afterAll(() => { throw new Error('left open'); });",
  });
  expect(code).toBe(1);
  expect(counts).toMatchObject([{ package: 'counted', passed: 3, failed: 3, skipped: 2 }]);
});

test('with them are left the time of the tests and the slowest of them, and npm test adds those up too', async () => {
  const { counts } = await jest('timed', {
    'a.test.ts': `
      describe('a suite', () => {
        test('is slow', () => new Promise((over) => setTimeout(over, 300)));
        test('is fast', () => {});
      });`,
  });
  const [{ seconds, slowest }] = counts as [
    { seconds: number; slowest: { title: string; seconds: number }[] },
  ];
  expect(seconds).toBeGreaterThan(0.2);
  expect(slowest.map(({ title }) => title)).toEqual(['a suite is slow', 'a suite is fast']);
});

test('after a test that took too long the rest of its file is skipped: that test still runs beside it', async () => {
  const { code, counts } = await jest('late', {
    'a.test.ts': `
      test('passes', () => {});
      test('hangs', () => new Promise((over) => setTimeout(over, 500)), 50);
      test('would be disturbed', () => {});
      describe('further on', () => { test('would be disturbed too', () => {}); });`,
  });
  expect(code).toBe(1);
  expect(counts).toMatchObject([{ passed: 1, failed: 1, skipped: 2 }]);
});

test('a file for one engine has one skipped line where that engine is not there', async () => {
  const { code, counts } = await jest('one-engine', {
    'a.test.ts': `
      const { describeOn } = require(${JSON.stringify(join(__dirname, '../src'))});
      describeOn('mariadb', 'autocommit', () => { test('is on', () => { throw new Error('no'); }); });
      describeOn('sqlite', 'a file', ({ dialect }) => { test('is there', () => { expect(dialect).toBe('sqlite'); }); });`,
  });
  expect(code).toBe(0);
  expect(counts).toMatchObject([{ passed: 1, failed: 0, skipped: 1 }]);
});

test('a warning fails the test in which it is printed, and no other', async () => {
  const { code, counts, said } = await jest('warned', {
    'a.test.ts': `
      test('warns', () => { console.warn('the pool is empty'); });
      test('is silent', () => {});
      test('Node warns', () => { process.emitWarning('going away'); });`,
  });
  expect(code).toBe(1);
  expect(counts).toMatchObject([{ package: 'warned', passed: 1, failed: 2, skipped: 0 }]);
  expect(said).toContain('A warning nobody expected (see expectWarning): the pool is empty');
  expect(said).toContain('A warning nobody expected (see expectWarning): Warning: going away');
});

test('a warning printed while a file loads fails the file', async () => {
  const { code, counts } = await jest('loaded', {
    'a.test.ts': "console.error('deprecated'); test('passes', () => {});",
  });
  expect(code).toBe(1);
  expect(counts).toMatchObject([{ package: 'loaded', passed: 0, failed: 1, skipped: 0 }]);
});

test('decorators keep the types of what they decorate', async () => {
  const { code } = await jest('decorated', {
    'a.test.ts': `
      const seen: unknown[] = [];
      (Reflect as any).metadata = (key: string, value: unknown) => () => { seen.push(key, value); };
      function Column(_target: object, _name: string): void {}
      class User { @Column name!: string; }
      test('has metadata', () => { expect(seen).toEqual(['design:type', String]); expect(User.name).toBe('User'); });`,
  });
  expect(code).toBe(0);
});
