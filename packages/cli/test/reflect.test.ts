/** npm run db:reflect and quartet reflect, as processes on each database. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import type { Ended } from './support/run';
import { DB, run } from './support/run';

/** The package's `bin`, from its source. */
const QUARTET = [DB[0] as string, 'packages/db-knex/src/command/main.ts'];

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'quartet-reflect-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(testEngines())('on $name', ({ name }) => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(name);
    await run([...DB, 'migrate'], database.url);
  });
  afterAll(() => database.drop());

  test('db:reflect and quartet reflect write the same module to standard output', async () => {
    const reflected = await run([...DB, 'reflect'], database.url);
    expect(reflected.code).toBe(0);
    expect(reflected.stdout).toMatch(/^\/\*\* The tables as they are in the database\./);
    for (const table of ['Users', 'Messages', 'Tags', 'MessageTags'])
      expect(reflected.stdout).toContain(`export interface ${table}Row {`);
    expect(reflected.stderr).not.toContain(new URL(database.url).password || 'no password');
    expect(await run([...QUARTET, 'reflect'], database.url)).toEqual({ ...reflected, stderr: '' });
  });

  test('into a file, some tables only', async () => {
    const file = join(folder, `${name}.ts`);
    const ended = await run(
      [...QUARTET, 'reflect', '--out', file, '--tables', 'tags, users'],
      database.url,
    );
    expect(ended).toEqual({ code: 0, stdout: '', stderr: `${file} is written\n` });
    const names = [...readFileSync(file, 'utf8').matchAll(/interface (\w+)Row/g)].map(([, n]) => n);
    expect(names).toEqual(['Tags', 'Users']);
  });
});

describe('a failure ends with 1 and wrong arguments with 2, in one line', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase('sqlite');
    await run([...DB, 'migrate'], database.url);
  });
  afterAll(() => database.drop());

  test.each<[string[], number, RegExp]>([
    [['--tables', 'nobody'], 1, /has no table 'nobody'; it has message_tags, messages, /],
    [['--tables', ','], 1, /no table is named: --tables users,messages/],
    [
      ['--out', '/nowhere/at/all.ts'],
      1,
      /\/nowhere\/at\/all\.ts cannot be written: its folder does not exist\./,
    ],
    [['--out', tmpdir()], 1, /cannot be written: it is a folder\./],
    [['--outt', 'x'], 2, /Unknown option '--outt'$/m],
    [['users', 'tags'], 2, /'users' is too much; did you mean --/],
  ])('%j', async (options, code, message) => {
    for (const command of [DB, QUARTET]) {
      const ended: Ended = await run([...command, 'reflect', ...options], database.url);
      expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
      expect(ended.stderr.replace(`${database.url}\n`, '').trim()).not.toContain('\n');
    }
  });

  test.each<[string, RegExp]>([
    ['', /^quartet: DATABASE_URL /],
    ['oracle://db/app', /^quartet: DATABASE_URL is malformed: 'oracle' is not a database/],
    [
      'postgresql://me:secret@127.0.0.1:1/app',
      /^quartet: No connection to postgresql:\/\/me:\*\*\*@127/,
    ],
    ['mariadb://me:secret@127.0.0.1:1/app', /^quartet: No connection to mariadb:\/\/me:\*\*\*@127/],
    ['sqlite:////nowhere/at/all.db', /^quartet: .*folder \/nowhere\/at does not exist/],
  ])('the database %j', async (url, message) => {
    const ended = await run([...QUARTET, 'reflect'], url);
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
    expect(ended.stderr.trim()).not.toContain('\n');
    expect(ended.stderr).not.toContain('secret');
  });

  test('a database without tables', async () => {
    const empty = await freshDatabase('sqlite');
    const ended = await run([...QUARTET, 'reflect'], empty.url);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/has no tables\./) });
    await empty.drop();
  });

  test('help, and an unknown command', async () => {
    expect(await run(QUARTET, 'sqlite://')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--tables A,B'),
    });
    expect(await run([...QUARTET, 'deflect'], 'sqlite://')).toMatchObject({
      code: 2,
      stderr: "quartet: there is no command 'deflect'; there is reflect\n",
    });
  });
});
