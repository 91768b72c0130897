/** npm run db:…, as processes on each database. */
import { join } from 'node:path';
import { Probe } from '@quartet/conformance';
import { versions } from '@quartet/migrations';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import type { Ended } from './support/run';
import { begin, DB, end, run, said } from './support/run';

const NAMES = versions.map(({ name }) => name);

describe.each(testEngines())('on $name', ({ name: engineName }) => {
  let database: FreshDatabase;
  let probe: Probe;
  const db = (...args: string[]): Promise<Ended> => run([...DB, ...args], database.url);
  const lines = ({ stdout }: Ended): string[] => stdout.trim().split('\n').slice(1);

  beforeEach(async () => {
    database = await freshDatabase(engineName);
    probe = await Probe.open(engineName, database.url);
  });
  const afterTest: (() => void)[] = [];
  afterEach(async () => {
    for (const undo of afterTest.splice(0)) undo();
    await probe.close();
    await database.drop();
  });

  test('migrate, seed, status, rollback and reset print in a few lines what they did', async () => {
    expect(await db('seed')).toMatchObject({
      code: 1,
      stderr: 'db:seed: tables are missing: run "npm run db:migrate" first.\n',
    });
    expect(await db('migrate')).toMatchObject({ code: 0, stderr: '' });
    const status = await db('status');
    expect(lines(status).map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ['migration', 'state', 'applied at'],
      ...NAMES.map((name) => [name, 'applied', expect.stringMatching(/^\d{4}-.*:\d\d UTC$/)]),
    ]);
    expect(status.stdout).not.toContain(new URL(database.url).password || 'no password');
    expect(lines(await db('seed', '--style', 'sql-builder'))).toEqual([
      'sample users and messages are in, through the sql-builder style',
    ]);
    expect(await probe.count('users')).toBe(3);
    expect(lines(await db('seed'))).toEqual(['there are users already: nothing was added']);
    expect(await db('reset')).toMatchObject({ code: 2, stderr: expect.stringMatching(/--yes/) });
    expect(await probe.count('users')).toBe(3);
    expect(lines(await db('reset', '--yes')).at(-1)).toBe(
      'the tables are empty; 3 migrations applied',
    );
    expect(await probe.count('users')).toBe(0);
    expect(lines(await db('rollback'))).toEqual([
      `undone   ${NAMES[2]}`,
      '1 migration rolled back',
    ]);
  });

  test('of migrators that start at once, one applies each migration, and all end well', async () => {
    const ended = await Promise.all([1, 2, 3].map(() => db('migrate')));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    const applied = ended.flatMap(lines).filter((line) => line.startsWith('applied'));
    expect(applied.sort()).toEqual(NAMES.map((name) => `applied  ${name}`));
  });

  test('a migrator waits for another, gives up in time, and goes on when the other was killed', async () => {
    const flags = ['--conditions=quartet-source', '-r', './scripts/register.cjs'];
    const stuck = begin([...flags, join(__dirname, 'support/stuck-migrator.ts')], database.url);
    afterTest.push(() => stuck.kill('SIGKILL'));
    await said(stuck.stdout, 'has the lock');

    const impatient = await db('migrate', '--lock-timeout', '0.5');
    expect(impatient.code).toBe(1);
    expect(impatient.stderr).toMatch(/at work on this database for 0.5 s/);
    expect(Object.keys(await probe.schema())).not.toContain('users');

    const waiting = begin([...DB, 'migrate'], database.url);
    await said(waiting.stderr, 'waiting for it');
    stuck.kill('SIGKILL');
    expect(await end(waiting)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/3 migrations applied/),
    });
  });

  test('a statement that is refused ends with 1 and the report, without a stack', async () => {
    await probe.rows('CREATE TABLE message_tags (n integer)'); // a table of another program
    const refused = await db('migrate');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^db:migrate: 2026-11-21-03-tags \(up\) stopped at statement \d of \d: .*exist/,
    );
    expect(refused.stderr).toMatch(/FAILED\s+\d {2}create table .message_tags/);
    expect(refused.stderr).not.toMatch(/^\s+at /m);
    expect(lines(await db('status')).at(-1)).toMatch(
      engineName === 'mariadb' ? 'half done (2 of' : 'pending',
    );
    await probe.rows('DROP TABLE message_tags');
    expect(await db('migrate')).toMatchObject({ code: 0 });
    expect(await probe.count('message_tags')).toBe(0);
  });

  test('tables that an app made are adopted on request', async () => {
    await db('migrate');
    await probe.rows('DROP TABLE quartet_migrations');
    expect(lines(await db('status')).at(-1)).toContain('--adopt');
    expect(await db('migrate')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--adopt/),
    });
    expect(await db('migrate', '--adopt')).toMatchObject({ code: 0 });
    expect(lines(await db('migrate'))).toEqual(['nothing to apply']);
  });
});

test.each([
  [['migrate', '--to', 'nowhere'], 1, /^db:migrate: there is no migration 'nowhere'; there are /],
  [['migrate', '--style', 'active'], 2, /^db:migrate: there is no style 'active'; the styles are /],
  [['migrate', 'classical'], 2, /^db:migrate: 'classical' is too much; did you mean --style/],
  [['reset', '--to', 'x'], 2, /^db:reset: --to is for db:migrate and db:rollback$/m],
  [['status', '--al'], 2, /^db:status: Unknown option '--al'$/m],
  [['migrat'], 2, /^db:migrat: there is no command 'migrat'; there are migrate,/],
])('%j is refused in one line', async (args, code, message) => {
  const database = await freshDatabase('sqlite');
  const ended = await run([...DB, ...args], database.url);
  expect(ended).toMatchObject({ code, stderr: expect.stringMatching(message) });
  expect(ended.stderr.trim()).not.toContain('\n');
  await database.drop();
});

test.each([
  ['oracle://db/app', /DATABASE_URL is malformed: 'oracle' is not a database/],
  ['postgresql://me:secret@127.0.0.1:1/app', /No connection to postgresql:\/\/me:\*\*\*@127/],
  ['mariadb://me:secret@127.0.0.1:1/app', /No connection to mariadb:\/\/me:\*\*\*@127/],
  ['sqlite:////nowhere/at/all.db', /folder \/nowhere\/at does not exist/],
])('a database that cannot be had, %s, is one line', async (url, message) => {
  const ended = await run([...DB, 'status'], url);
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
  expect(ended.stderr.trim()).not.toContain('\n');
  expect(ended.stderr).not.toContain('secret');
});

test('npm run passes options and exit codes on', async () => {
  const database = await freshDatabase('sqlite');
  const npm = (script: string, ...args: string[]): Promise<Ended> =>
    end(begin(['run', '--silent', script, ...args], database.url, 'npm'));
  expect(await npm('db:migrate', '--', '--to', NAMES[0]!)).toMatchObject({ code: 0 });
  expect((await npm('db:status')).stdout.match(/pending/g)).toHaveLength(2);
  expect((await npm('db:reset')).code).toBe(2);
  await database.drop();
});
