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
    env: { ...process.env, TEST_RESULTS: results },
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
  expect(counts).toEqual([{ package: 'counted', passed: 3, failed: 3, skipped: 2 }]);
});

test('a warning fails the test in which it is printed, and no other', async () => {
  const { code, counts, said } = await jest('warned', {
    'a.test.ts': `
      test('warns', () => { console.warn('the pool is empty'); });
      test('is silent', () => {});
      test('Node warns', () => { process.emitWarning('going away'); });`,
  });
  expect(code).toBe(1);
  expect(counts).toEqual([{ package: 'warned', passed: 1, failed: 2, skipped: 0 }]);
  expect(said).toContain('A warning nobody expected (see expectWarning): the pool is empty');
  expect(said).toContain('A warning nobody expected (see expectWarning): Warning: going away');
});

test('a warning printed while a file loads fails the file', async () => {
  const { code, counts } = await jest('loaded', {
    'a.test.ts': "console.error('deprecated'); test('passes', () => {});",
  });
  expect(code).toBe(1);
  expect(counts).toEqual([{ package: 'loaded', passed: 0, failed: 1, skipped: 0 }]);
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
