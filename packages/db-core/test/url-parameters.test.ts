/** Parameters of a URL do what libpq, the mysql program and SQLAlchemy mean by them, or are refused. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { EngineOptions } from '@quartet/db-core';
import { ArgumentError, createEngine } from '@quartet/db-core';
import { describeOn, freshDatabase, ownServer, type OwnServer } from '@quartet/testing';

const PG = 'postgresql://app:x@127.0.0.1:1/app';
const MARIA = 'mariadb://app:x@127.0.0.1:1/app';

describe('an unknown parameter is refused with the nearest known one', () => {
  test.each([
    [`${PG}?sslmod=require`, "'sslmod': did you mean 'sslmode'?"],
    [`${PG}?ssl-mode=require`, "did you mean 'sslmode'?"],
    [`${PG}?poolsize=2`, "did you mean 'pool_size'?"],
    [`${PG}?load_balance_hosts=random`, 'Known are: host, port, target_session_attrs'],
    [`${PG}?__proto__=1`, "'__proto__'"],
    [`${MARIA}?ssl_ca=x`, "did you mean 'ssl-ca'?"],
    [`${MARIA}?sslmode=require`, "did you mean 'ssl-mode'?"],
    ['sqlite:///a.db?mod=ro', "did you mean 'mode'?"],
    ['sqlite:///a.db?sslmode=require', 'Known are: mode'],
  ])('%s', (url, told) => {
    expect(() => createEngine(url)).toThrow(ArgumentError);
    expect(() => createEngine(url)).toThrow(told);
  });
});

test.each([
  [`${PG}?sslmode=on`, 'sslmode must be one of disable, allow, prefer, require'],
  [`${MARIA}?ssl-mode=on`, 'ssl-mode must be one of'],
  [`${MARIA}?charset=latin1`, 'charset must be one of utf8mb4'],
  ['sqlite:///a.db?mode=w', 'mode must be one of ro, rw, rwc, memory'],
  [`${PG}?pool_size=many`, 'pool_size must be a number'],
  [`${PG}?pool_size=-1`, 'pool_size must be a number'],
  [`${PG}?pool_size=0`, 'poolSize must be a number above 0'],
  [`${PG}?pool_size=1&pool_size=2`, "'pool_size' is there twice"],
  [`${PG}?sslrootcert=/nowhere/ca.pem`, 'The file /nowhere/ca.pem'],
  ['postgresql://app:x@h1,h1:5432/app', 'the host h1:5432 is there twice'],
  ['postgresql://app:x@h1,,h2/app', 'its list of hosts has an empty entry'],
  ['postgresql://app:x@h1,/app', 'its list of hosts has an empty entry'],
  ['postgresql://app:x@h1:5432,h2:99999/app', 'from 1 to 65535'],
  ['postgresql://app:x@h1,h2/app?host=h3', 'several hosts, and a host or port as a parameter'],
  ['postgresql://app:x@h1,h2/app?target_session_attrs=master', 'must be one of any, read-write'],
  ['mariadb://app:x@h1,h2/app?target_session_attrs=any', "'target_session_attrs'"],
  ['postgresql://app:x@h1,h2/app?readsFrom=standby', 'must be one of primary, replicas'],
  ['postgresql://app@h:99999/app', 'from 1 to 65535'],
  [
    `${MARIA}?ssl-mode=VERIFY_IDENTITY`,
    'cannot verify that a certificate is for the address 127.0.0.1',
  ],
])('a value that makes no sense is refused: %s', (url, told) => {
  expect(() => createEngine(url)).toThrow(ArgumentError);
  expect(() => createEngine(url)).toThrow(told);
});

test.each([
  ['pool_size=3', {}, 3],
  ['poolSize=3', {}, 3],
  ['pool_size=3', { poolSize: 5 }, 5],
  ['pool_size=3', { poolSize: undefined } as unknown as EngineOptions, 3],
])('?%s with the options %j makes a pool of %i', (parameters, options, size) => {
  expect(createEngine(`${PG}?${parameters}`, options).status().max).toBe(size);
});

test('what parameters set of the options is in the options’ own units', () => {
  const { settings } = createEngine(
    `${PG}?pool_timeout=1.5&pool_recycle=60&pool_pre_ping=true&connect_timeout=2&statement_timeout=500`,
  ).url;
  expect(settings).toEqual({
    acquireTimeoutMs: 1500,
    recycleSeconds: 60,
    prePing: true,
    connectTimeoutMs: 2000,
    statementTimeoutMs: 500,
  });
});

describe('a password is never shown', () => {
  const PASSWORDS = [
    's3cret',
    's3cret@',
    ':s3cret',
    '%s3cret',
    '100%',
    's3cret%zz^',
    '***',
    '\'s3cret"',
    '中s3cret',
    '%2525s3cret',
  ];
  test.each(PASSWORDS)('%s, encoded or as far as possible as it is', async (password) => {
    for (const written of [encodeURIComponent(password), password.replaceAll('@', '%40')]) {
      for (const user of ['shop', 'shop@myserver', 'a%3Ab']) {
        const engine = createEngine(
          `postgresql://${user}:${written}@127.0.0.1:1/app?sslpassword=s3cret`,
        );
        if (written === encodeURIComponent(password)) expect(engine.url.password).toBe(password);
        const error = await engine.execute('select 1').catch((e: unknown) => e);
        const { url } = engine;
        for (const text of [
          String(engine),
          inspect(engine),
          JSON.stringify({ url, ...url }),
          inspect({ ...url }),
          inspect(error),
        ])
          expect(text).not.toContain('s3cret');
        expect(String(engine)).toContain(':***@127.0.0.1:1/app');
      }
    }
  });

  test.each([
    'postgresql://u:12/s3cret@h/app',
    'postgresql://u:12?s3cret@h/app',
    'postgresql://u:1/x?s3cret@h/app',
    'postgresql://u:1/x?pool_size=s3cret@h/app',
    'postgresql://u:1/x?a&s3cret@h/app',
    'postgresql://u:s3cret@h:port/app',
    'mariadb://u:s3cret@h/',
  ])('not in the error of a malformed URL either: %s', (url) => {
    let error: unknown;
    try {
      createEngine(url);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).not.toContain('s3cret');
  });
});

describe('SQLite’s mode', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'quartet-mode-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = async (mode: string, sql: string): Promise<unknown> => {
    const engine = createEngine(`sqlite:///${join(folder, 'a.db')}?mode=${mode}`);
    try {
      return (await engine.execute(sql)).rowCount;
    } finally {
      await engine.dispose();
    }
  };

  test('rw does not create the file, rwc does, ro only reads, memory keeps nothing', async () => {
    await expect(run('rw', 'create table a (n integer)')).rejects.toThrow('cannot be opened');
    await run('memory', 'create table a (n integer)');
    await expect(run('ro', 'select 1')).rejects.toThrow('cannot be opened');
    await run('rwc', 'create table a (n integer)');
    await run('rw', 'insert into a values (1)');
    await expect(run('ro', 'insert into a values (1)')).rejects.toThrow('readonly');
  });
});

describeOn('postgres', 'parameters on PostgreSQL', () => {
  let server: OwnServer;
  let folder: string;
  const file = (name: string): string => join(folder, name);
  /** How a connection with these parameters came about: `tls`, `plain`, or why not. */
  async function tried(
    parameters: string,
    options: EngineOptions = {},
    host = '127.0.0.1',
  ): Promise<string> {
    const url = server.database.url.replace('127.0.0.1', host);
    const engine = createEngine(`${url}?${parameters}`, options);
    try {
      const sql = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
      return (await engine.execute(sql)).scalar() ? 'tls' : 'plain';
    } catch (error) {
      return (error as Error).message;
    } finally {
      await engine.dispose();
    }
  }

  beforeAll(async () => {
    server = await ownServer('postgres');
    folder = mkdtempSync(join(tmpdir(), 'quartet-tls-'));
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const made = ['-keyout', file('key.pem'), '-out', file('cert.pem')];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...made],
      { stdio: 'ignore' },
    );
  }, 60_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server.stop();
  });

  test('a server without TLS: prefer and allow are plain, the others refused', async () => {
    for (const mode of ['disable', 'allow', 'prefer'])
      expect(await tried(`sslmode=${mode}`)).toBe('plain');
    for (const mode of ['require', 'verify-ca', 'verify-full', 'no-verify'])
      expect(await tried(`sslmode=${mode}`)).toContain('does not support SSL');
    expect(await tried('ssl=true')).toContain('does not support SSL');
    expect(await tried('', { ssl: true })).toContain('does not support SSL');
  });

  test('a server with a certificate of its own', async () => {
    const admin = createEngine(server.database.url);
    for (const name of ['cert.pem', 'key.pem']) {
      const lines = readFileSync(file(name), 'utf8').trimEnd();
      await admin.execute(
        `copy (select regexp_split_to_table('${lines}', '\\n')) to program 'umask 077; cat > ${name}'`,
      );
    }
    await admin.execute("alter system set ssl_cert_file = 'cert.pem'");
    await admin.execute("alter system set ssl_key_file = 'key.pem'");
    await admin.execute('alter system set ssl = on');
    await admin.dispose();
    await server.down();
    await server.up();

    const ca = `sslrootcert=${file('cert.pem')}`;
    for (const parameters of ['', 'sslmode=disable', 'sslmode=allow', 'ssl=false'])
      expect(await tried(parameters)).toBe('plain');
    for (const parameters of ['ssl=true', 'sslmode=prefer', 'sslmode=require', 'sslmode=no-verify'])
      expect(await tried(parameters)).toBe('tls');
    for (const mode of ['verify-ca', 'verify-full'])
      expect(await tried(`sslmode=${mode}`)).toContain('self-signed certificate');
    expect(await tried(`sslmode=require&${ca}`)).toBe('tls');
    expect(await tried(`sslmode=verify-ca&${ca}`)).toBe('tls');
    // The certificate is for localhost, not for the address.
    expect(await tried(`sslmode=verify-full&${ca}`)).toContain(
      "does not match certificate's altnames",
    );
    expect(await tried(`sslmode=verify-full&${ca}`, {}, 'localhost')).toBe('tls');
    expect(await tried(ca, {}, 'localhost')).toBe('tls');
    expect(await tried('', { ssl: true })).toContain('self-signed certificate');
    expect(await tried('sslmode=disable', { ssl: { rejectUnauthorized: false } })).toBe('tls');
    expect(await tried('', { ssl: { ca: readFileSync(file('cert.pem')) } }, 'localhost')).toBe(
      'tls',
    );
    expect(await tried('sslmode=require', { ssl: false })).toBe('plain');
  }, 60_000);

  test.each([
    ['application_name=shop', 'application_name', 'shop'],
    ['', 'application_name', 'quartet'],
    ['search_path=a,b', 'search_path', 'a,b'],
    ['schema=My Schema', 'search_path', '"My Schema"'],
    ['options=-c%20lock_timeout%3D5s', 'lock_timeout', '5s'],
    ['statement_timeout=1500', 'statement_timeout', '1500ms'],
    ['', 'TimeZone', 'UTC'],
    ['options=-c%20TimeZone%3DAsia/Tokyo', 'TimeZone', 'UTC'],
    ['', 'standard_conforming_strings', 'on'],
  ])('?%s: %s is %s', async (parameters, setting, value) => {
    const engine = createEngine(`${server.database.url}?${parameters}`);
    expect((await engine.execute(`show ${setting}`)).scalar()).toBe(value);
    await engine.dispose();
  });
});

describeOn('mariadb', 'TLS on MariaDB', () => {
  test('a server without it: PREFERRED is plain, the others are refused', async () => {
    const database = await freshDatabase('mariadb');
    const tried = async (parameters: string): Promise<unknown> => {
      const engine = createEngine(`${database.url}?${parameters}`);
      try {
        return (await engine.execute('select 1')).scalar();
      } catch (error) {
        return (error as Error).message;
      } finally {
        await engine.dispose();
      }
    };
    for (const mode of ['DISABLED', 'PREFERRED', 'preferred'])
      expect(await tried(`ssl-mode=${mode}`)).toBe(1);
    for (const asked of ['ssl-mode=REQUIRED', 'ssl-mode=VERIFY_CA', 'ssl=true'])
      expect(await tried(asked)).toContain('does not support secure connection');
    await database.drop();
  });
});
