import { inspect } from 'node:util';
import { ArgumentError, createEngine, parseDatabaseUrl } from '@quartet/db-core';

describe('a SQLite URL', () => {
  test.each([
    ['sqlite:///relative.db', 'relative.db'],
    ['sqlite:///./test.db', './test.db'],
    ['sqlite:////tmp/test.db', '/tmp/test.db'],
    ['sqlite:///folder%20name/a.db', 'folder name/a.db'],
    ['sqlite+pysqlite:///a.db', 'a.db'],
    ['sqlite://', ':memory:'],
    ['sqlite:///', ':memory:'],
    ['sqlite:///:memory:', ':memory:'],
  ])('%s names %s', (text, database) => {
    expect(parseDatabaseUrl(text)).toMatchObject({ dialect: 'sqlite', database });
  });

  test('with a host instead of a third slash is refused with the rule', () => {
    expect(() => parseDatabaseUrl('sqlite://app.db')).toThrow(
      /three slashes \(four for an absolute path\)/,
    );
  });
});

describe('a server URL', () => {
  test.each([
    [
      'postgresql://u:p%40ss@db.example:6543/app',
      { dialect: 'postgresql', scheme: 'postgresql', port: 6543, username: 'u', password: 'p@ss' },
    ],
    ['postgres://localhost/app', { dialect: 'postgresql', host: 'localhost', database: 'app' }],
    ['postgresql+asyncpg://localhost/app', { dialect: 'postgresql' }],
    ['mysql+pymysql://root@127.0.0.1:3307/app', { dialect: 'mysql', scheme: 'mysql', port: 3307 }],
    [
      'mariadb://[::1]:3306/app?ssl=true',
      { dialect: 'mysql', scheme: 'mariadb', host: '::1', query: { ssl: 'true' } },
    ],
  ])('%s is read', (text, parts) => {
    expect(parseDatabaseUrl(text)).toMatchObject(parts);
  });
});

describe('a bad URL', () => {
  test.each([
    [undefined, 'DATABASE_URL is not set'],
    ['  ', 'DATABASE_URL is not set'],
    ['app.db', 'does not begin with a scheme'],
    ['oracle://localhost/app', "'oracle' is not a database this engine knows"],
    ['constructor://localhost/app', "'constructor' is not a database"],
    ['postgresql:/localhost/app', 'two slashes'],
    ['postgresql://localhost:port/app', 'cannot be read'],
    ['postgresql://localhost', 'names no database'],
  ])('%s: the error names the variable and shows examples', (text, why) => {
    const parse = () => parseDatabaseUrl(text, 'DATABASE_URL');
    expect(parse).toThrow(ArgumentError);
    expect(parse).toThrow(why);
    expect(parse).toThrow('sqlite:///app.db');
    expect(parse).toThrow('DATABASE_URL');
  });

  test('never repeats its password', () => {
    let error: unknown;
    try {
      createEngine('postgresql://me:s3cret@host:bad/app');
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ArgumentError);
    expect(inspect(error, { depth: 5, showHidden: true })).not.toContain('s3cret');
  });
});

test('an engine shows its URL without the password, however it is printed', () => {
  for (const password of ['s3cret', 's3/cret:x', 's3%40cret']) {
    const engine = createEngine(`postgresql://me:${encodeURIComponent(password)}@localhost/app`);
    for (const text of [
      String(engine),
      inspect(engine),
      inspect(engine.url),
      JSON.stringify(engine.url),
      `${engine.url}`,
    ]) {
      expect(text).not.toContain('cret');
    }
    expect(String(engine)).toBe('<Engine postgresql://me:***@localhost/app>');
  }
});

test('options that make no sense are refused by name', () => {
  expect(() => createEngine('sqlite://', { poolSize: 0 })).toThrow(
    'poolSize must be a number above 0',
  );
  expect(() => createEngine('sqlite://', { isolationLevel: 'READ COMMITTED' })).toThrow(
    'always SERIALIZABLE',
  );
});
