import { join } from 'node:path';
import { folderWith } from './support/command';

const { ROOT } = require('../lib/workspace.cjs');
const { placesOf } = require('../lib/docs/dialect-places.cjs');
const { packagesPicture, wingsPicture } = require('../lib/docs/imports.cjs');

type Place = { file: string; kind: string; reason: string };

const PACKAGE = { 'packages/db-core/package.json': '{ "name": "@quartet/db-core" }' };
const core = (files: Record<string, string>): string =>
  folderWith({
    ...PACKAGE,
    ...Object.fromEntries(
      Object.entries(files).map(([name, text]) => [join('packages/db-core/src', name), text]),
    ),
  });

test('code outside the folders of the databases branches on their names in fewer than 15 places', () => {
  const places: Place[] = placesOf(ROOT);
  const branches = places.filter(
    ({ file, kind }) => kind !== 'tests' && !file.startsWith('packages/db-core/src/dialects/'),
  );
  expect(branches.length).toBeLessThan(15);
  expect(branches.length).toBeGreaterThan(0);
});

test('a list has an entry for each database, with the reason from its comment', () => {
  const root = core({
    'words.ts':
      "/** Words of each. */\nexport const WORDS = { sqlite: 'a', postgresql: 'b', mysql: 'c' };\n",
    'one.ts': "/** For one. */\nif (name === 'mysql') go();\n",
    'dialects/sqlite/dialect.ts': "export const name = 'sqlite';\n",
    'other.ts': "export const text = 'no database';\n",
  });
  expect(placesOf(root)).toEqual([
    { file: 'packages/db-core/src/one.ts', names: ['mysql'], kind: 'singles', reason: 'For one.' },
    {
      file: 'packages/db-core/src/words.ts',
      names: ['sqlite', 'postgresql', 'mysql'],
      kind: 'lists',
      reason: 'Words of each.',
    },
  ]);
});

test('a place without a comment is refused', () => {
  const root = core({ 'a.ts': 'const WORDS = { sqlite, postgresql, mysql };\n' });
  expect(() => placesOf(root)).toThrow("a.ts: 'WORDS' names databases: say why in a comment");
});

test('an arrow that follows from others is left out of the picture', () => {
  const root = core({
    'session/session.ts':
      "import '../engine/engine';\nimport type { E } from '../errors/errors';\n",
    'engine/engine.ts': "import '../errors/errors';\n",
    'errors/errors.ts': '',
  });
  const picture = String(wingsPicture(root)).split('\n');
  expect(picture).toContain('  session --> engine');
  expect(picture).toContain('  engine --> errors');
});

test('wings that import each other have no picture', () => {
  const root = core({
    'engine/engine.ts': "import '../sql/a';\n",
    'sql/a.ts': "import '../engine/b';\n",
    'engine/b.ts': '',
  });
  expect(() => wingsPicture(root)).toThrow('in a circle of imports: engine, sql');
});

test('packages that import each other by name are joined by an arrow', () => {
  const root = core({ 'a.ts': '' });
  expect(() => packagesPicture(root)).not.toThrow();
  expect(packagesPicture(ROOT)).toContain('db-knex --> db-core');
});
