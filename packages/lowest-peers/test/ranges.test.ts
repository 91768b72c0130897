/** The versions that are tested here are the lowest that the peer ranges allow, and they are what the tests load. */
import fs from 'node:fs';
import path from 'node:path';

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifestIn = (folder: string): Manifest =>
  JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
const packages = path.join(__dirname, '..', '..');
const { dependencies } = manifestIn(path.join(__dirname, '..'));
const ranges = fs
  .readdirSync(packages)
  .filter((name) => fs.existsSync(path.join(packages, name, 'package.json')))
  .flatMap((name) => Object.entries(manifestIn(path.join(packages, name)).peerDependencies ?? {}))
  .filter(([, range]) => /^\^\d/.test(range));

/** Where the version in use is the lowest: what tests it is the package's own suite. */
const LOWEST_IS_IN_USE = ['better-sqlite3', 'fastify', 'hono', 'knex', 'koa', '@opentelemetry/api'];

test.each(ranges)('%s %s: its lowest version is tested', (peer, range) => {
  const lowest = lowestOf(peer, range);
  const tested = LOWEST_IS_IN_USE.includes(peer)
    ? inUse(peer)
    : (dependencies[peer] ?? `no version of ${peer} in this package`);
  expect(tested).toBe(lowest);
});

test.each(Object.entries(dependencies))('%s is loaded in version %s', (name, version) => {
  const entry = require.resolve(name);
  expect(entry).toContain(`${path.sep}${name}@${version}`);
});

/** Of better-sqlite3 no version runs on every Node: where 13 runs, it is in the place of 12 (scripts/sqlite-driver.cjs). */
function lowestOf(peer: string, range: string): string | undefined {
  const [first, second] = range.split(' || ').map((part) => part.slice(1));
  return peer === 'better-sqlite3' && inUse(peer).startsWith('13.') ? second : first;
}

/** The version that the workspace's own packages have. */
function inUse(name: string): string {
  const homes: Readonly<Record<string, string>> = {
    knex: 'db-knex',
    '@opentelemetry/api': 'opentelemetry',
  };
  const home = homes[name] ?? 'db-core';
  return manifestIn(path.join(packages, home, 'node_modules', name)).version;
}
