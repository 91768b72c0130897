/** Knex's builders, executed by engine, connection and session as the second article's `con.execute(users.insert(), …)`. */
import { inspect } from 'node:util';
import { ArgumentError, IntegrityError, runInScope } from '@quartet/db-core';
import { bindKnex, createAll } from '@quartet/db-knex';
import type { Knex } from 'knex';
import { knex as plainKnex } from 'knex';
import { onEachEngine } from '@quartet/conformance/binding';
import { tables } from './tables';

onEachEngine((fixture) => {
  let knex: Knex;
  beforeAll(async () => {
    knex = bindKnex(fixture.engine);
    await createAll(knex, tables);
  });
  beforeEach(async () => {
    await fixture.engine.execute(knex('users').del());
  });
  afterEach(() => expect(fixture.engine.status().inUse).toBe(0));
  const admin = { name: 'admin', email: 'admin@localhost' };

  test('the article’s transcript: insert on a connection, select on the engine, a row that prints as a tuple', async () => {
    const con = fixture.engine.connect();
    await con.execute(knex('users').insert({ id: 1, ...admin })); // commits by itself
    await con.close();
    const row = (await fixture.engine.execute(knex('users').where({ id: 1 }))).first();
    expect(inspect(row)).toBe("(1, 'admin', 'admin@localhost')");
    expect(`${row}`).toBe("(1, 'admin', 'admin@localhost')");
    expect([row?.['name'], row?.[1], row?.get('name')]).toEqual(['admin', 'admin', 'admin']);
    expect(() => row?.get('nme')).toThrow('Its columns are id, name, email');
  });

  test('in the session’s transaction', async () => {
    await runInScope(async () => {
      await fixture.Session.execute(knex('users').insert(admin));
      const found = await fixture.Session.execute(knex('users').count({ n: '*' }));
      expect(Number(found.one().get('n'))).toBe(1);
      await fixture.Session.rollback();
    });
    expect((await fixture.engine.execute(knex('users').select('id'))).all()).toEqual([]);
  });

  test('values are bound, whatever they are and wherever they stand', async () => {
    const hostile = `'; drop table users; -- ? :1 $1 \\`;
    await fixture.engine.execute(knex('users').insert({ name: hostile, email: hostile }));
    const found = await fixture.engine.execute(
      knex('users')
        .select('name', knex.raw("'a :b $1' as fixed"))
        .whereIn('name', [hostile, 'x'])
        .where({ email: hostile }),
    );
    expect([...found.one()]).toEqual([hostile, 'a :b $1']);
  });

  test('raw, with values of its own or with those that execute is given', async () => {
    const { engine } = fixture;
    const own = knex.raw('insert into users (name, email) values (?, ?)', ['a', 'a@x']);
    expect((await engine.execute(own)).rowCount).toBe(1);
    const free = knex.raw('select email from users where name = :name');
    expect((await engine.execute(free, { name: 'a' })).scalar()).toBe('a@x');
    await expect(engine.execute(own, ['b', 'b@x'])).rejects.toThrow('takes no others');
  });

  test('a builder is a description: executed twice it runs twice, executed and awaited too', async () => {
    const insert = knex('users').insert(admin);
    await fixture.engine.execute(insert);
    await expect(fixture.engine.execute(insert)).rejects.toThrow(IntegrityError);
    const all = knex('users').select('name');
    expect([(await all).length, (await fixture.engine.execute(all)).rowCount]).toEqual([1, 1]);
  });

  test('what was run already, or is for another database, or is several statements, is refused', async () => {
    const { engine } = fixture;
    const refused = async (given: unknown, why: RegExp | string): Promise<void> => {
      await expect(engine.execute(given as never)).rejects.toThrow(why);
      await expect(engine.execute(given as never)).rejects.toThrow(ArgumentError);
    };
    await refused([await knex('users').insert(admin)], 'Leave out the await');
    await refused(await knex('users'), 'Leave out the await');
    const sent = knex('users').then((rows: unknown) => rows);
    await refused(sent, 'Give the builder itself');
    await sent;
    await refused(knex, 'not function');
    const other = { sqlite: 'pg', postgres: 'mysql2', mariadb: 'better-sqlite3' }[fixture.name];
    const foreign = plainKnex({ client: other, useNullAsDefault: true });
    await refused(foreign('users').select(), /was built for \w+, and the engine's database is/);
    const two = knex.schema
      .createTable('one', (t) => t.integer('a'))
      .createTable('two', (t) => t.integer('a'));
    await refused(two, 'what was built is 2');
    await foreign.destroy();
  });

  test('a schema call of one statement', async () => {
    await fixture.engine.execute(knex.schema.createTable('things', (table) => table.integer('n')));
    expect((await fixture.engine.execute(knex('things').select('n'))).columns).toEqual(['n']);
    await fixture.engine.execute(knex.schema.dropTable('things'));
  });
});
