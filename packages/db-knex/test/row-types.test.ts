/** Types from tables: their exact text, and what the compiler thinks of them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bindKnex, createAll, dropAll } from '@quartet/db-knex';
import { rowTypes, writeRowTypes } from '@quartet/db-knex/reflection';
import { onEachEngine } from '@quartet/conformance/binding';
import { tables } from './tables';

const TSC = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');

/** Compiles the modules as this repository's are, strictly; gives what the compiler complains of. */
async function compile(modules: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(join(__dirname, 'compiled-'));
  try {
    for (const [name, source] of Object.entries(modules)) writeFileSync(join(folder, name), source);
    const config = {
      extends: '@quartet/tsconfig/base.json',
      compilerOptions: { noEmit: true, types: ['node'] },
      include: ['*.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const compiling = promisify(execFile)(process.execPath, [TSC, '-p', folder]);
    return await compiling.then(
      ({ stdout }) => stdout,
      ({ stdout }: { stdout: string }) => stdout,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const USE = `
import type { Knex } from 'knex';
import type { MessagesInsert, UsersRow } from './tables';

export async function use(knex: Knex): Promise<Date | undefined> {
  await knex('users').insert({ name: 'admin', email: 'admin@localhost' });
  const users: UsersRow[] = await knex('users').where({ name: 'admin' });
  const message: MessagesInsert = { user_id: users[0]?.id ?? 0, body: 'hello' };
  await knex('messages').insert({ ...message, created_at: '2026-11-22T00:00:00Z' });
  await knex('messages').where({ id: 1 }).update({ body: 'changed' });
  return (await knex('messages').first('created_at'))?.created_at;
}
`;

const MISUSE = `
import type { Knex } from 'knex';
import './tables';

export async function misuse(knex: Knex): Promise<void> {
  await knex('users').insert({ name: 'no email' });
  await knex('users').where({ name: 'admin' }).update({ nickname: 'x' });
}
`;

const SPELLED = {
  sqlite: { id: 'integer', int: 'integer', varchar: 'varchar', instant: 'datetime' },
  postgres: {
    id: 'integer',
    int: 'integer',
    varchar: 'character varying',
    instant: 'timestamp(3) with time zone',
  },
  mariadb: { id: 'int(11)', int: 'int(11)', varchar: 'varchar', instant: 'datetime(3)' },
};
const NOW = {
  sqlite: `strftime('%Y-%m-%dT%H:%M:%fZ','now')`,
  postgres: 'now()',
  mariadb: 'utc_timestamp(3)',
};

onEachEngine((fixture) => {
  describe('of the four tables', () => {
    beforeAll(() => createAll(bindKnex(fixture.engine), tables));
    afterAll(() => dropAll(bindKnex(fixture.engine), tables));

    test('a table has a row, an insert and an update type, and Knex knows them', async () => {
      const { id, int, varchar, instant } = SPELLED[fixture.name];
      const index = fixture.name === 'mariadb' ? ': index (user_id)' : '';
      const source = await rowTypes(fixture.engine, { only: ['users', 'messages'] });
      expect(source.replace(/index messages_user_id_foreign/, 'index (user_id)')).toBe(
        `/** The tables as they are in the database. Written by \`quartet reflect\`: not to be edited. */
import type { Knex } from 'knex';

/** A row of \`messages\`${index}. */
export interface MessagesRow {
  /** ${id}, primary key, counted up */
  id: number;
  /** ${int}, references users.id on delete cascade */
  user_id: number;
  /** text */
  body: string;
  /** ${instant}, default ${NOW[fixture.name]} */
  created_at: Date;
}

/** What an INSERT gives: the database has a value for what is optional. */
export interface MessagesInsert {
  id?: number;
  user_id: number;
  body: string;
  created_at?: Date | string;
}

export type MessagesUpdate = Partial<MessagesInsert>;

/** A row of \`users\`. */
export interface UsersRow {
  /** ${id}, primary key, counted up */
  id: number;
  /** ${varchar}(50), unique */
  name: string;
  /** ${varchar}(120), unique */
  email: string;
}

/** What an INSERT gives: the database has a value for what is optional. */
export interface UsersInsert {
  id?: number;
  name: string;
  email: string;
}

export type UsersUpdate = Partial<UsersInsert>;

declare module 'knex/types/tables' {
  interface Tables {
    messages: Knex.CompositeTableType<MessagesRow, MessagesInsert, MessagesUpdate>;
    users: Knex.CompositeTableType<UsersRow, UsersInsert, UsersUpdate>;
  }
}
`,
      );
    });

    test('strict TypeScript takes them, and refuses what the tables would', async () => {
      const source = await rowTypes(fixture.engine);
      expect(await compile({ 'tables.ts': source, 'use.ts': USE })).toBe('');
      const complaints = await compile({ 'tables.ts': source, 'misuse.ts': MISUSE });
      expect(complaints).toMatch(/misuse\.ts\(6,.*email/s);
      expect(complaints).toMatch(/misuse\.ts\(7,.*nickname/s);
    });

    test('one table that is not there is refused with those that are', async () => {
      await expect(rowTypes(fixture.engine, { only: ['nobody'] })).rejects.toMatchObject({
        message: expect.stringMatching(
          /has no table 'nobody'; it has message_tags, messages, tags, users\.$/,
        ),
      });
    });
  });

  test('a value that is read has the type that is written for it', async () => {
    const { engine } = fixture;
    const knex = bindKnex(engine);
    const own = {
      sqlite: '',
      postgres: `, mood mood not null default 'glad', tags text[], key uuid`,
      mariadb: `, mood enum('glad', 'it''s') not null default 'glad'`,
    }[fixture.name];
    if (fixture.name === 'postgres')
      await engine.execute("create type mood as enum ('glad', 'it''s')");
    await engine.execute(
      `create table types (id integer primary key, big bigint, price decimal(10,2), f double precision, flag boolean,
        at ${SPELLED[fixture.name].instant}, day date, hour time, doc json, bin ${fixture.name === 'postgres' ? 'bytea' : 'blob'}, note varchar(5)${own})`,
    );
    await knex('types').insert({
      id: 1,
      big: '9007199254740993',
      price: '12.30',
      f: 1.5,
      flag: true,
      at: new Date(0),
      day: '2026-11-22',
      hour: '10:11:12',
      doc: JSON.stringify({ a: 1 }),
      bin: Buffer.from([1]),
      note: 'x',
      ...(fixture.name === 'postgres' && {
        tags: ['a'],
        key: '00000000-0000-4000-8000-000000000000',
      }),
    });
    const row = (await knex('types').first()) as Record<string, unknown>;
    const source = await rowTypes(engine, { only: ['types'] });
    const [, body = ''] = /interface TypesRow \{([^]*?)\n\}/.exec(source) ?? [];
    const types = Object.fromEntries(
      [...body.matchAll(/^ {2}(\w+): (.*);$/gm)].map(([, name, type]) => [name, type]),
    ) as Record<string, string>;
    expect(Object.keys(types)).toEqual(Object.keys(row));
    for (const [name, type] of Object.entries(types)) {
      const kinds = type.replace(' | null', '').split(' | ');
      if (name === 'mood') expect(kinds).toContain(`'${String(row[name])}'`);
      else if (!kinds.includes('unknown'))
        expect([name, kinds]).toEqual([name, expect.arrayContaining([kindOf(row[name])])]);
    }
    expect(types['mood'] ?? `'glad' | 'it\\'s'`).toBe(`'glad' | 'it\\'s'`);
    expect(await compile({ 'tables.ts': source })).toBe('');
    await engine.execute('drop table types');
  });

  test('whatever tables and columns are called, it compiles', async () => {
    const { engine } = fixture;
    const quote = (name: string): string =>
      fixture.name === 'mariadb' ? `\`${name}\`` : `"${name}"`;
    const names = ['user_x', 'userX', '2nd', 'class', "it's */ odd", 'ünï'];
    for (const name of names)
      await engine.execute(
        `create table ${quote(name)} (${quote("a 'b' */ c")} integer default 1, ${quote('constructor')} varchar(9) default 'a */ b', ${quote('x')} integer)`,
      );
    const source = await rowTypes(engine, { only: names });
    expect(await compile({ 'tables.ts': source })).toBe('');
    expect(source).toContain('export interface UserX2Row {'); // of user_x and userX
    for (const name of names) await engine.execute(`drop table ${quote(name)}`);
  });

  test('without tables there is nothing to write, and a list must name some', async () => {
    await expect(rowTypes(fixture.engine)).rejects.toMatchObject({
      message: expect.stringMatching(/has no tables\. Make them first/),
    });
    await expect(writeRowTypes(fixture.engine, { tables: ' ,' })).rejects.toMatchObject({
      message: 'no table is named: --tables users,messages',
    });
  });
});

function kindOf(value: unknown): string {
  if (value instanceof Date) return 'Date';
  if (Buffer.isBuffer(value)) return 'Buffer';
  return Array.isArray(value) ? 'string[]' : typeof value;
}
