/** Engines and where they come from; ports the reference's test_engine.py. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, DatabaseUrl } from '@quartet/db-core';
import { Query } from '@quartet/db-core/orm';
import type { Bind } from '@quartet/express-sequelize';
import { readBinds } from '../src/config';
import { newApp, newDb, onEachEngine } from './support';

test('the default engine is the one under the key null, and there is none before initApp', async () => {
  const db = newDb();
  expect(() => db.engine).toThrow(/Did you forget 'await db\.initApp\(app\)'/);
  await db.initApp(newApp({ SQLALCHEMY_DATABASE_URI: 'sqlite://' }));
  expect(db.engine).toBe(db.engines.get(null));
});

onEachEngine(({ fresh }) => {
  test('each bind has an engine of its own', async () => {
    const db = newDb();
    const url = await fresh();
    await db.initApp(newApp({ DATABASE_URL: url, SQLALCHEMY_BINDS: { a: await fresh() } }));
    const [engine, a] = [db.engine, db.engines.get('a')];
    expect(a).not.toBe(engine);
    for (const each of [engine, a]) expect((await each?.execute('select 1'))?.scalar()).toBe(1);
  });
});

test('engine options come from the app settings', async () => {
  const lines: string[] = [];
  const db = newDb();
  const echo = (line: string): void => void lines.push(line);
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://', SQLALCHEMY_ENGINE_OPTIONS: { echo } }));
  await db.engine.execute('select 42');
  expect(lines.join('\n')).toContain('select 42');
});

test('engine options of the db object are defaults for every engine, which settings override', async () => {
  const lines: string[] = [];
  const db = newDb({ engineOptions: { echo: (line) => void lines.push(line) } });
  const settings = {
    DATABASE_URL: 'sqlite://',
    SQLALCHEMY_ENGINE_OPTIONS: { echo: false },
    SQLALCHEMY_BINDS: { a: 'sqlite://' },
  };
  await db.initApp(newApp(settings));
  await db.engine.execute('select 1 as silent');
  await db.engines.get('a')?.execute('select 2 as told');
  expect(lines.join('\n')).toContain('told');
  expect(lines.join('\n')).not.toContain('silent');
});

test('the setting SQLALCHEMY_ECHO makes every engine echo', async () => {
  const lines: string[] = [];
  const db = newDb();
  const settings = {
    DATABASE_URL: 'sqlite://',
    SQLALCHEMY_BINDS: { a: 'sqlite://' },
    SQLALCHEMY_ECHO: (line: string) => lines.push(line),
  };
  await db.initApp(newApp(settings));
  await db.engine.execute('select 1 as one');
  await db.engines.get('a')?.execute('select 2 as two');
  expect(lines.join('\n')).toMatch(/one[^]*two/);
});

test.each<[string, Bind]>([
  ['a URL', 'sqlite://'],
  ['a DatabaseUrl', new DatabaseUrl('sqlite://')],
  ['a URL with options', { url: 'sqlite://', poolSize: 2 }],
  ['a DatabaseUrl with options', { url: new DatabaseUrl('sqlite://') }],
])('a bind may be %s', async (_what, a) => {
  const db = newDb();
  await db.initApp(newApp({ SQLALCHEMY_BINDS: { a } }));
  expect(String(db.engines.get('a')?.url)).toBe('sqlite://');
});

test('a bind may be an engine, which its owner disposes', async () => {
  const engine = createEngine('sqlite://');
  const db = newDb();
  await db.initApp(newApp(), { engine, binds: { a: engine } });
  expect([db.engine, db.engines.get('a')]).toEqual([engine, engine]);
  await db.dispose();
  expect((await engine.execute('select 1')).scalar()).toBe(1);
  await engine.dispose();
});

test('an app without URL and binds is refused with what to do', async () => {
  await expect(newDb().initApp(newApp())).rejects.toThrow(
    /^Either a database URL or binds must be set\..*app\.set\('DATABASE_URL', 'sqlite:\/\/\/app\.db'\)/,
  );
});

test.each(['SQLALCHEMY_DATABASE_URI', 'DATABASE_URL', 'DATABASE'])(
  'a setting %s that holds nothing is named',
  async (name) => {
    for (const nothing of [undefined, '', 5])
      await expect(newDb().initApp(newApp({ [name]: nothing }))).rejects.toThrow(
        new RegExp(`^The app's setting ${name} is .*Is the environment variable set\\?`),
      );
  },
);

test('a malformed URL is refused, and the app may be tried again', async () => {
  const db = newDb();
  const app = newApp({ DATABASE_URL: 'postgresql:/user:secret@host/db' });
  const refused = db.initApp(app);
  await expect(refused).rejects.toThrow(/two slashes/);
  await expect(refused).rejects.not.toThrow(/secret/);
  for (const nothing of [undefined, null, '', {}, { url: undefined }])
    await expect(newDb().initApp(newApp({ SQLALCHEMY_BINDS: { a: nothing } }))).rejects.toThrow(
      /Bind 'a' has no URL/,
    );
  app.set('DATABASE_URL', 'sqlite://');
  await db.initApp(app);
});

test.each([
  [{ ecoh: true }, "Unknown option 'ecoh': did you mean 'echo'?"],
  [{ record_queries: true }, "Unknown option 'record_queries': did you mean 'recordQueries'?"],
  [{ poolSize: 5 }, /^Unknown option 'poolSize'\. Known are: engine, url, engineOptions, /],
])('an option of initApp that does not exist is refused: %j', async (options, message) => {
  const db = newDb();
  const app = newApp({ DATABASE_URL: 'sqlite://' });
  await expect(db.initApp(app, options as object)).rejects.toThrow(message);
  await expect(db.init({ url: 'sqlite://', ...(options as object) })).rejects.toThrow(message);
  await db.initApp(app);
});

test.each([
  ['SQLALCHEMY_DATABASE_URL', "did you mean 'SQLALCHEMY_DATABASE_URI'?"],
  ['SQLALCHEMY_BIND', "did you mean 'SQLALCHEMY_BINDS'?"],
  ['SQLALCHEMY_POOL_RECYCLE', 'Known are: SQLALCHEMY_DATABASE_URI, '],
])('a setting that does not exist is refused: %s', async (name, hint) => {
  const app = newApp({ DATABASE_URL: 'sqlite://', [name]: 1 });
  await expect(newDb().initApp(app)).rejects.toThrow(`Unknown setting '${name}'`);
  await expect(newDb().initApp(app)).rejects.toThrow(hint);
});

test('an option of the db object that does not exist is refused', () => {
  expect(() => newDb({ queryclass: Query } as object)).toThrow(
    "Unknown option 'queryclass': did you mean 'queryClass'?",
  );
});

test('an engine that is handed in needs no URL, even where a setting is empty', async () => {
  const engine = createEngine('sqlite://');
  const db = newDb();
  await db.initApp(newApp({ DATABASE_URL: undefined }), { engine });
  expect(db.engine).toBe(engine);
  await engine.dispose();
});

test('options of initApp win over settings', async () => {
  const db = newDb();
  await db.initApp(newApp({ DATABASE_URL: 'sqlite:////nowhere/at/all.db' }), { url: 'sqlite://' });
  expect(String(db.engine.url)).toBe('sqlite://');
});

test('settings that change after initApp are ignored', async () => {
  const db = newDb();
  const app = newApp({ DATABASE_URL: 'sqlite://' });
  await db.initApp(app);
  app.set('DATABASE_URL', 'sqlite:////nowhere/at/all.db');
  expect(String(db.engine.url)).toBe('sqlite://');
});

test('with binds alone there is no default engine, and models need a bind key', async () => {
  const db = newDb();
  await db.initApp(newApp({ SQLALCHEMY_BINDS: { a: 'sqlite://' } }));
  expect([...db.engines.keys()]).toEqual(['a']);
  expect(() => db.engine).toThrow(/no default database, only binds: a/);

  const other = newDb();
  class User extends other.Model {}
  User.init({});
  await expect(other.initApp(newApp({ SQLALCHEMY_BINDS: { a: 'sqlite://' } }))).rejects.toThrow(
    /no default database/,
  );
});

test('a relative SQLite path is a file in the working directory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quartet-relative-'));
  const before = process.cwd();
  process.chdir(folder);
  try {
    const db = newDb();
    class User extends db.Model {}
    User.init({});
    await db.initApp(newApp({ DATABASE_URL: 'sqlite:///test.db' }));
    await db.dispose();
    const again = createEngine(`sqlite:///${join(folder, 'test.db')}`);
    const tables = await again.execute("select name from sqlite_master where type = 'table'");
    expect(tables.scalars()).toContain('user');
    await again.dispose();
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a SQLite database in memory is one database for all connections of its engine', async () => {
  const db = newDb();
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
  await db.engine.execute('create table t (n integer)');
  await Promise.all([1, 2, 3].map((n) => db.engine.execute('insert into t values (?)', [n])));
  expect((await db.engine.execute('select sum(n) from t')).scalar()).toBe(6);
});

test('MariaDB connections are renewed before the server drops them, unless said otherwise', () => {
  const options = (more?: object) =>
    readBinds({ url: 'mariadb://root@localhost/test' }, { ...more }).get(null);
  expect(options()).toMatchObject({ recycleSeconds: 7200 });
  expect(options({ recycleSeconds: 60 })).toMatchObject({ recycleSeconds: 60 });
});

onEachEngine(({ fresh }) => {
  test('text may hold any character', async () => {
    const db = newDb();
    await db.initApp(newApp({ DATABASE_URL: await fresh() }));
    expect((await db.engine.execute('select ? as duck', ['🦆'])).scalar()).toBe('🦆');
  });
});
