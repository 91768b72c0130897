import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const driver = require('../lib/sqlite-driver.cjs') as {
  bringsBinary(napi: number): boolean;
  isCompiled(root: string): boolean;
  settleSqliteDriver(root: string, napi: number): void;
  whatHinders(root: string): string | undefined;
};

const { settleSqliteDriver, whatHinders } = driver;

let root: string;
const put = (folder: string, version: string): void => {
  fs.mkdirSync(path.join(root, folder), { recursive: true });
  fs.writeFileSync(path.join(root, folder, 'package.json'), JSON.stringify({ version }));
};
const found = (): string => {
  const file = path.join(root, 'packages/db-core/node_modules/better-sqlite3/package.json');
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version;
};

/** As pnpm installs: a link to the one folder that holds the package. */
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'quartet-driver-'));
  put('node_modules/.pnpm/12/better-sqlite3', '12.11.1');
  fs.mkdirSync(path.join(root, 'packages/db-core/node_modules'), { recursive: true });
  fs.symlinkSync(
    '../../../node_modules/.pnpm/12/better-sqlite3',
    path.join(root, 'packages/db-core/node_modules/better-sqlite3'),
  );
});
afterEach(() => fs.rmSync(root, { recursive: true }));

test('a Node with Node-API 10 gets version 13, another one 12, whatever was there before', () => {
  put('node_modules/better-sqlite3-13', '13.2.0');
  for (const [napi, version] of [
    [10, '13.2.0'],
    [10, '13.2.0'],
    [9, '12.11.1'],
    [9, '12.11.1'],
    [10, '13.2.0'],
  ] as const) {
    settleSqliteDriver(root, napi);
    expect(found()).toBe(version);
  }
});

test('an install by a Node without it has taken version 13 away: 12 is put back', () => {
  put('node_modules/better-sqlite3-13', '13.2.0');
  settleSqliteDriver(root, 10);
  fs.rmSync(path.join(root, 'node_modules/better-sqlite3-13'), { recursive: true });
  settleSqliteDriver(root, 9);
  expect(found()).toBe('12.11.1');
});

test('13 brings its binary, and 12 has one when it was compiled', () => {
  expect([9, 10, 11].map(driver.bringsBinary)).toEqual([false, true, true]);
  expect(driver.isCompiled(root)).toBe(false);
  put('node_modules/.pnpm/12/better-sqlite3/build/Release', '');
  expect(driver.isCompiled(root)).toBe(true);
  put('node_modules/better-sqlite3-13', '13.2.0');
  settleSqliteDriver(root, 10);
  expect(driver.isCompiled(root)).toBe(false); // that of 12 is put aside
  settleSqliteDriver(root, 9);
  expect(driver.isCompiled(root)).toBe(true);
});

test('where version 13 was left out, 12 stays', () => {
  settleSqliteDriver(root, 10);
  expect(found()).toBe('12.11.1');
});

test('before an install there is nothing to do', () => {
  fs.rmSync(path.join(root, 'packages'), { recursive: true });
  expect(() => settleSqliteDriver(root, 10)).not.toThrow();
});

test.each([
  ['works', 'module.exports = class { close() {} };', undefined],
  ['throws', "throw new Error('compiled for another Node');", 'Error: compiled for another Node'],
  ['ends the process', 'process.abort();', 'SIGABRT'],
])('a package that %s is told by what hinders it', (_what, code, hindrance) => {
  fs.writeFileSync(path.join(root, 'node_modules/.pnpm/12/better-sqlite3/index.js'), code);
  expect(whatHinders(root)).toBe(hindrance);
});

test('a package that is not there is absent', () => {
  fs.rmSync(path.join(root, 'packages/db-core/node_modules/better-sqlite3'));
  expect(whatHinders(root)).toBe('absent');
});
