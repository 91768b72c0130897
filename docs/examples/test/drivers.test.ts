import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { pgDriver, Route } from '@quartet/db-core/drivers';
import { sqlite3Driver } from '@quartet/db-sequelize';
import { freshDatabase, testEngines } from '@quartet/testing';
import { engine, names, Session, useDatabase } from './support';

useDatabase();

test('a facade runs on the session’s connection', async () => {
  // #region facade
  const { Database } = sqlite3Driver(engine); // looks like the module `sqlite3`; opens nothing
  const database = new Database(':memory:');
  await runInScope(async () => {
    await new Promise<void>((done, failed) =>
      database.run(
        'insert into users (name, email) values (?, ?)',
        ['a', 'a@localhost'],
        (error) => (error ? failed(error) : done()),
      ),
    );

    expect(Session.hasUncommittedWrites).toBe(true); // it was the session's transaction
    await Session.rollback();
  });
  // #endregion
  expect(await names()).toEqual([]);
});

test('a library that takes no driver uses a Route', async () => {
  // #region route
  const route = new Route(engine);
  await runInScope(async () => {
    const sql = "insert into users (name, email) values ('a', 'a@localhost')";
    // The callback gets the driver's own connection; transaction and turn-taking are seen to.
    await route.run(sql, [], (driver) => driver.execute(sql, []));
    await Session.commit();
  });
  // #endregion
  expect(await names()).toEqual(['a']);
});

for (const server of testEngines().filter(({ name }) => name === 'postgres')) {
  test('plain pg code joins the transaction', async () => {
    const database = await freshDatabase(server);
    const engine = createEngine(database.url);
    const Session = scopedSession(sessionmaker({ bind: engine }));
    await engine.execute('create table users (id serial primary key, name text)');
    // #region pg
    const { Pool } = pgDriver(engine); // the module `pg`, typed as itself
    const pool = new Pool();
    await runInScope(async () => {
      await pool.query('insert into users (name) values ($1)', ['admin']);
      await Session.commit(); // the INSERT was in the session's transaction
    });
    // #endregion
    expect((await engine.execute('select name from users')).scalars()).toEqual(['admin']);
    await engine.dispose();
    await database.drop();
  });
}
