/** A fifth style, from nothing to green: what `npm run new:app` makes is red, and a kept one in its place passes. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createApp, unwritten, whyNoName } from '../lib/new-app.cjs';
import { compareApps } from '../lib/shape.cjs';
import { ROOT } from '../lib/workspace.cjs';

const run = promisify(execFile);
const OURS = join(ROOT, 'apps/sql-builder');
/** Within the workspace, where its tools are found, and among what git leaves out. */
const folder = join(ROOT, `data/new-app-${process.pid}`);
let app: string;

beforeAll(() => {
  app = createApp('kysely', join(folder, 'apps'));
  const modules = join(app, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(OURS, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(OURS, 'node_modules', name), join(modules, name));
  symlinkSync(join(__dirname, '../node_modules/kysely'), join(modules, 'kysely'));
  symlinkSync(OURS, join(folder, 'apps/sql-builder'));
  symlinkSync(join(ROOT, 'packages'), join(folder, 'packages'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @returns how many tests of the suite passed and failed on SQLite */
async function conformance(...only: string[]): Promise<{ passed: number; failed: number }> {
  const results = join(folder, 'results.json');
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const args = [jest, 'conformance', '--json', `--outputFile=${results}`, ...only];
  const env = { ...process.env, TEST_ENGINES: 'sqlite', TEST_RESULTS: undefined };
  await run(process.execPath, args, { cwd: app, env }).catch(() => undefined);
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
  };
  return { passed: numPassedTests, failed: numFailedTests };
}

async function compiles(): Promise<void> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '--noEmit', '-p', app]);
}

test('an app that is new compiles, and the tests of what is not written fail', async () => {
  await compiles();
  expect(unwritten(app)).toHaveLength(16);
  const { passed, failed } = await conformance('-t', 'the contract users');
  expect(passed).toBe(0);
  expect(failed).toBeGreaterThan(5);
});

test('written with a library of another kind, it passes every test and has the shape of the others', async () => {
  cpSync(join(__dirname, 'fixtures/kysely-app'), join(app, 'src'), { recursive: true });
  await compiles();
  expect(unwritten(app)).toEqual([]);
  const { passed, failed } = await conformance();
  expect(failed).toBe(0);
  expect(passed).toBeGreaterThan(100);
  const differences = compareApps({
    root: folder,
    apps: ['sql-builder', 'kysely'],
    allowances: [],
  });
  expect(differences.filter((each) => !/export (knex|db|Rows)\b|articles/.test(each))).toEqual([]);
});

test.each([
  [
    'Drizzle',
    "'Drizzle' is no name for an app: lower-case letters, digits and hyphens, as in drizzle",
  ],
  ['../drizzle', "'../drizzle' is no name for an app"],
  ['classical', "there is a package 'classical' already"],
  ['drizzle', ''],
])('the name %s is looked at first', (name, why) => {
  expect(whyNoName(name)).toContain(why);
  if (why === '') expect(whyNoName(name)).toBe('');
});
