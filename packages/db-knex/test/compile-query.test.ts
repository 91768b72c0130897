/** Compiled queries answer as the builders do that they are made of, on every database. */
import {
  ArgumentError,
  createEngine,
  InvalidRequestError,
  runInScope,
  translateError,
} from '@quartet/db-core';
import { bindKnex, compileQuery, createAll } from '@quartet/db-knex';
import { freshDatabase } from '@quartet/testing';
import type { Knex } from 'knex';
import { knex as plainKnex } from 'knex';
import fc from 'fast-check';
import { onEachEngine } from '@quartet/conformance/binding';
import { tables } from './tables';

interface Filter {
  name?: string | null;
  names?: string[];
  above?: string;
  page?: { limit: number; offset: number };
}

const filtered = (db: Knex, { name, names, above, page }: Filter): Knex.QueryBuilder => {
  const users = db('users').orderBy('users.id');
  if (name !== undefined) void users.where({ name });
  if (names !== undefined) void users.whereIn('name', names);
  if (above !== undefined) void users.whereRaw('name > ?', [above]);
  if (page !== undefined) void users.limit(page.limit).offset(page.offset);
  return users;
};
const findUsers = compileQuery(filtered);
const userById = compileQuery((db, { id }: { id: number }) => db('users').where({ id }).first());
const countUsers = compileQuery((db) => db('users').count({ total: '*' }));

onEachEngine((fixture) => {
  let knex: Knex;
  const names = ['a', 'b', 'c', 'd', "o'x"];

  beforeAll(async () => {
    knex = bindKnex(fixture.engine);
    await createAll(knex, tables);
    await knex('users').insert(
      names.map((name, i) => ({ id: i + 1001, name, email: `${name}@x` })),
    );
    await knex('messages').insert([
      { user_id: 1001, body: 'one', created_at: new Date('2024-05-06T07:08:09.123Z') },
      { user_id: 1002, body: 'two', created_at: new Date('2024-05-07T07:08:09.123Z') },
    ]);
  });
  afterEach(() => expect(fixture.engine.status().inUse).toBe(0));

  describe('a compiled query', () => {
    test('answers what its builder does: rows, a row or undefined, plucked values, counts', async () => {
      expect(await findUsers(knex, {})).toEqual(await filtered(knex, {}));
      expect(await userById(knex, { id: 1002 })).toEqual({ id: 1002, name: 'b', email: 'b@x' });
      expect(await userById(knex, { id: 99 })).toBeUndefined();
      expect(await countUsers(knex)).toEqual(await knex('users').count({ total: '*' }));
      const pluck = (db: Knex, { id }: { id: number }): Knex.QueryBuilder =>
        db('users').where('id', '<=', id).orderBy('id').pluck('name');
      expect(await compileQuery(pluck)(knex, { id: 1002 })).toEqual(['a', 'b']);
      const raw = (db: Knex, { name }: { name: string }): Knex.Raw =>
        db.raw('select id from users where name = :name', { name });
      const [compiled, plain] = [
        await compileQuery(raw)(knex, { name: 'b' }),
        await raw(knex, { name: 'b' }),
      ];
      const rows = (answer: never): unknown =>
        ({ sqlite: answer, postgresql: (answer as { rows: unknown }).rows, mysql: answer[0] })[
          fixture.engine.dialect.name
        ];
      expect(rows(compiled as never)).toEqual(rows(plain as never));
    });

    test('joins, takes subqueries and having, reads and takes instants', async () => {
      const joined = (
        db: Knex,
        { since, least, ids }: { since: Date; least: number; ids: number[] },
      ): Knex.QueryBuilder =>
        db
          .from(db('messages').where('created_at', '>=', since).limit(least).as('m'))
          .join('users as u', (on) => void on.on('u.id', 'm.user_id').onIn('u.id', ids))
          .groupBy('u.name', 'm.created_at')
          .having(db.raw('count(*)'), '<=', least)
          .select('u.name', 'm.created_at');
      const run = compileQuery(joined);
      const day = (n: number): Date => new Date(`2024-05-0${n}T07:08:09.123Z`);
      const b = { name: 'b', created_at: day(7) };
      expect(await run(knex, { since: day(7), least: 10, ids: [1001, 1002] })).toEqual([b]);
      expect(await run(knex, { since: day(6), least: 10, ids: [1002, 1003] })).toEqual([b]);
      expect(await run(knex, { since: day(8), least: 10, ids: [1002, 1003] })).toEqual([]);
    });

    test('has the rows of the plain builder whatever is given, undefined, null and empty', async () => {
      const name = fc.constantFrom(...names, 'no such', "' or 1=1 --", '?', '$1', ':name', '\\');
      const filters = fc.record(
        {
          name: fc.option(name),
          names: fc.array(name, { maxLength: 4 }),
          above: name,
          page: fc.record({ limit: fc.nat({ max: 6 }), offset: fc.nat({ max: 6 }) }),
        },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(filters, async (filter) => {
          expect(await findUsers(knex, filter)).toEqual(await filtered(knex, filter));
        }),
        { numRuns: 150 },
      );
    });

    test('is built once for each combination of keys and length of lists, and not per call', async () => {
      let built = 0;
      const query = compileQuery((db, filter: Filter) => (built++, filtered(db, filter)));
      const builds = async (filter: Filter): Promise<number> => {
        const before = built;
        await query(knex, filter);
        return built - before;
      };
      expect(await builds({ name: 'a' })).toBeGreaterThan(0);
      expect(await builds({ name: 'b' })).toBe(0);
      expect(await builds({ name: null })).toBeGreaterThan(0);
      expect(await builds({ names: ['a'] })).toBeGreaterThan(0);
      expect(await builds({ names: ['b'] })).toBe(0);
      expect(await builds({ names: ['a', 'b'] })).toBeGreaterThan(0);
      for (let length = 3; length < 150; length++)
        await query(knex, { names: Array.from({ length }, () => 'a') });
      expect(await builds({ name: 'a' })).toBeGreaterThan(0); // the oldest have been forgotten
    });

    test('sends the values of users as values', async () => {
      const evil = "x' or '1'='1";
      expect(await findUsers(knex, { name: evil })).toEqual([]);
      expect(await findUsers(knex, { name: "o'x" })).toMatchObject([{ name: "o'x" }]);
      await expect(
        findUsers(knex, { page: { limit: '1; drop table users' as never, offset: 0 } }),
      ).resolves.toHaveLength(1);
      expect(await countUsers(knex)).toHaveLength(1);
    });

    test('runs in the current session, in the transaction it is given, and outside both', async () => {
      const sees = async (db: Knex, name: string): Promise<boolean> =>
        (await findUsers(db, { name })).length === 1;
      await runInScope(async () => {
        await knex('users').insert({ name: 'uncommitted', email: 'u' });
        expect(await sees(knex, 'uncommitted')).toBe(true);
        await knex.transaction(async (transaction) => {
          await transaction('users').insert({ name: 'nested', email: 'n' });
          expect(await sees(transaction, 'nested')).toBe(true);
        });
        await fixture.Session.rollback();
        expect(await sees(knex, 'uncommitted')).toBe(false);
      });
      const transaction = await knex.transaction();
      await transaction('users').insert({ name: 'own', email: 'o' });
      expect(await sees(transaction, 'own')).toBe(true);
      if (fixture.engine.dialect.name !== 'sqlite') expect(await sees(knex, 'own')).toBe(false);
      await transaction.rollback();
      await expect(userById(transaction, { id: 1001 })).rejects.toThrow(/already complete/);
      expect(await sees(knex, 'own')).toBe(false);
    });

    test('serves several engines of one process', async () => {
      const database = await freshDatabase(fixture);
      const engine = createEngine(database.url);
      try {
        const other = bindKnex(engine);
        await createAll(other, tables);
        const [row] = (await countUsers(other)) as { total: unknown }[];
        expect(Number(row?.total)).toBe(0);
        expect(await userById(other, { id: 1001 })).toBeUndefined();
        expect(await userById(knex, { id: 1001 })).toBeDefined();
      } finally {
        await engine.dispose();
        await database.drop();
      }
    });

    test('writes too, and fails as Knex does', async () => {
      const addUser = compileQuery((db, user: { name: string; email: string }) =>
        db('users').insert(user),
      );
      await runInScope(async () => {
        await addUser(knex, { name: 'new', email: 'new' });
        expect(await findUsers(knex, { name: 'new' })).toHaveLength(1);
        const failure = (error: unknown): unknown => error;
        const again = await addUser(knex, { name: 'a', email: 'a' }).catch(failure);
        const plain = await fixture.Session.rollback().then(() =>
          knex('users').insert({ name: 'a', email: 'a' }).catch(failure),
        );
        expect((again as Error).message).toBe((plain as Error).message);
        expect(translateError(again)).toMatchObject({ kind: 'unique' });
      });
    });

    test('calls the hooks of Knex, and tells its listeners', async () => {
      const hooked = bindKnex(fixture.engine, {
        wrapIdentifier: (value, wrap) => wrap(value === 'people' ? 'users' : value),
        postProcessResponse: (rows: unknown, context: unknown) => ({ rows, context }),
      });
      const told: string[] = [];
      hooked.on('query', ({ sql, bindings }: { sql: string; bindings: unknown[] }) => {
        told.push(`${sql} ${String(bindings[0])}`);
      });
      const query = compileQuery((db, { id }: { id: number }) =>
        db('people').where({ id }).queryContext('context').select('name'),
      );
      expect(await query(hooked, { id: 1001 })).toEqual({
        rows: [{ name: 'a' }],
        context: 'context',
      });
      expect(told).toEqual([expect.stringMatching(/^select.* 1001$/)]);
    });
  });

  describe('the function of a compiled query', () => {
    type Args = { id: number; name: string };
    const args: Args = { id: 3, name: 'c' };
    const compile = (build: (db: Knex, args: Args) => unknown): Promise<unknown> =>
      compileQuery(build as (db: Knex, args: Args) => Knex.QueryBuilder)(knex, args);
    const users = (db: Knex): Knex.QueryBuilder => db('users');

    test.each<[string, (db: Knex, args: Args) => unknown]>([
      ['calculates', (db, { id }) => users(db).offset((id - 1) * 10)],
      ['compares', (db, { id }) => (id > 2 ? users(db) : users(db).where({ id }))],
      ['concatenates', (db, { name }) => users(db).where('name', `${name}%`)],
      ['adds texts', (db, { name }) => users(db).where('name', name + '%')],
      ['splices', (db, { id }) => users(db).whereRaw(`id = ${id}`)],
      ['asks for a length', (db, { name }) => (name.length > 0 ? users(db) : users(db).limit(1))],
      ['calls a method', (db, { name }) => users(db).where('name', name.toUpperCase())],
      [
        'branches on a value',
        (db, { id, name }) =>
          name === 'c' ? users(db).where({ id, name }) : users(db).where({ name, id }),
      ],
      ['names a column', (db, { id, name }) => users(db).where({ id }).select(name)],
      ['leaves an argument out', (db, { id }) => users(db).where({ id })],
      ['gives back no builder', () => ({ then: undefined })],
      ['sets a timeout', (db, where) => users(db).where(where).timeout(10)],
      ['builds several statements', (db) => db.schema.createTable('x', () => undefined)],
    ])('is refused when it %s', async (_what, build) => {
      await expect(compile(build)).rejects.toThrow(InvalidRequestError);
    });

    test('is refused at once when it is async', () => {
      const build = async (db: Knex): Promise<unknown> => await users(db);
      expect(() => compileQuery(build)).toThrow(/is async/);
    });

    test('is refused when it chooses a transaction', async () => {
      const transaction = await knex.transaction();
      await expect(
        compile((db, where) => users(db).where(where).transacting(transaction)),
      ).rejects.toThrow(/give the transaction to the call/);
      await transaction.rollback();
    });
  });

  test('arguments that are no values, limits that are no integers and a Knex without an engine are refused', async () => {
    await expect(findUsers(knex, { name: knex.raw('1') as never })).rejects.toThrow(ArgumentError);
    await expect(findUsers(knex, { name: (() => 'a') as never })).rejects.toThrow(ArgumentError);
    await expect(findUsers(knex, { page: { limit: 'x' as never, offset: 0 } })).rejects.toThrow(
      ArgumentError,
    );
    await expect(findUsers(knex, { page: { limit: 1, offset: -1 } })).rejects.toThrow(
      /negative|from 0/,
    );
    const unbound = plainKnex({ client: 'pg' });
    await expect(userById(unbound, { id: 1 })).rejects.toThrow(ArgumentError);
  });
});
