/** The tests of several packages, some at once. */
import { LONGEST, longestFirst, testPackages } from '../lib/test-packages.cjs';
import { workspacePackages } from '../lib/workspace.cjs';
import { folderWith } from './support/command';

const packages = workspacePackages();

test('those that take longest begin, and each of them is a package with tests', () => {
  const order = longestFirst(packages).map(({ short }) => short);
  expect(order.slice(0, LONGEST.length)).toEqual(LONGEST);
  expect(order.toSorted()).toEqual(packages.map(({ short }) => short).toSorted());
  const untested = packages.filter(({ manifest }) => !manifest.scripts?.test);
  expect(untested.filter(({ short }) => LONGEST.includes(short))).toEqual([]);
});

const packageOf = (test: string) => ({
  short: 'small',
  isApp: false,
  manifest: {},
  folder: folderWith({ 'package.json': '{ "jest": {} }', 'one.test.js': test }),
});
const once = (test: string, env: NodeJS.ProcessEnv) =>
  testPackages([packageOf(test)], {
    env: { ...process.env, ...env },
    atOnce: 2,
    stop: new AbortController().signal,
  });

test('tests get the settings of the run, and none of an app of the user’s', async () => {
  const looks = `
    const { PATH, TEST_ENGINES, DATABASE_URL, PORT } = process.env;
    test('looks', () => expect([!!PATH, TEST_ENGINES, DATABASE_URL, PORT]).toEqual([true, 'sqlite', undefined, undefined]));`;
  const env = { TEST_ENGINES: 'sqlite', DATABASE_URL: 'sqlite:///mine.db', PORT: '1' };
  expect(await once(looks, env)).toBe(true);
});

test('one test that fails makes the run fail', async () => {
  expect(await once(`test('fails', () => expect(1).toBe(2));`, {})).toBe(false);
});
