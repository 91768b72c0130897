import { createEngine } from '@quartet/db-core';
import { bindKnex } from '@quartet/db-knex';
import { engine, useDatabase } from './support';

useDatabase();

test('an engine is lazy and permanent', async () => {
  // #region lazy
  const engine = createEngine('sqlite:///:memory:', { poolSize: 2 });
  expect(engine.status()).toMatchObject({ size: 0, max: 2 }); // nothing is open yet

  const result = await engine.execute('select 1 + :n as sum', { n: 1 });
  expect(result.one()['sum']).toBe(2);
  expect(engine.status()).toMatchObject({ size: 1, inUse: 0 }); // opened, and given back

  await engine.dispose(); // at shutdown, not per request
  // #endregion
});

test('a URL is checked at once, and its password is never shown', () => {
  // #region url
  expect(() => createEngine(undefined)).toThrow('The database URL is not set');
  expect(() => createEngine('oracle://localhost/app')).toThrow("'oracle' is not a database");
  const engine = createEngine('postgresql://app:secret@localhost/app');
  expect(String(engine)).toBe('<Engine postgresql://app:***@localhost/app>');
  // #endregion
});

test('a row is read by name, by index and by iteration', async () => {
  // #region rows
  await engine.execute('insert into users (name, email) values (?, ?)', ['admin', 'a@localhost']);
  const row = (
    await engine.execute('select name, email from users where name = :1', ['admin'])
  ).one();
  expect(row['name']).toBe('admin');
  expect(row[1]).toBe('a@localhost');
  const [name, email] = row;
  expect([name, email]).toEqual(['admin', 'a@localhost']);
  expect(`${row}`).toBe("('admin', 'a@localhost')");
  expect(() => row.get('nme')).toThrow("no column 'nme'. Its columns are name, email");
  // #endregion
});

test('a statement that Knex has built', async () => {
  const knex = bindKnex(engine);
  // #region built
  const con = engine.connect();
  await con.execute(knex('users').insert({ name: 'admin', email: 'a@localhost' }));
  await con.close();

  const found = await engine.execute(
    knex('users').where({ name: 'admin' }).select('name', 'email'),
  );
  expect(`${found.first()}`).toBe("('admin', 'a@localhost')");
  // #endregion
});

test('engine.begin is a transaction on a connection of its own', async () => {
  // #region begin
  await engine.begin(async (connection) => {
    await connection.execute("insert into users (name, email) values ('a', 'a@localhost')");
    await connection.execute("insert into users (name, email) values ('b', 'b@localhost')");
  }); // committed; had it thrown, neither would be there
  // #endregion
  expect((await engine.execute('select count(*) from users')).scalar()).toBe(2);
});
