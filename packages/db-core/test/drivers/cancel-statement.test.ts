/** `cancelStatement()`, for libraries that would dial the server themselves to stop a statement. */
import { ArgumentError, OperationalError, translateError } from '@quartet/db-core';
import { cancelStatement, mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import { until } from '@quartet/testing';
import { onEachEngine } from '../support';

/** A client of the facade, and what it does with a statement. */
interface Facade {
  readonly client: object;
  query(sql: string): Promise<unknown>;
}

onEachEngine((fixture) => {
  test('takes clients of the facades alone', async () => {
    await expect(cancelStatement({})).rejects.toThrow(ArgumentError);
    await expect(cancelStatement(fixture.engine)).rejects.toThrow(ArgumentError);
  });

  if (fixture.name === 'sqlite') return;
  const [sleep, running] = {
    postgres: [
      'select pg_sleep(60)',
      "select count(*) from pg_stat_activity where state = 'active' and query = :sleep",
    ],
    mariadb: [
      'select sleep(60)',
      'select count(*) from information_schema.processlist where info = :sleep',
    ],
  }[fixture.name] as [string, string];

  function facade(): Facade {
    if (fixture.name === 'postgres') {
      const client = new (pgDriver(fixture.engine).Client)();
      return { client, query: (sql) => client.query(sql) };
    }
    const client = mysql2Driver(fixture.engine).createConnection({});
    return { client, query: (sql) => client.promise().query(sql) };
  }

  test('stops what the client is running, and the client goes on', async () => {
    const { client, query } = facade();
    const failure = query(sleep).then(
      () => undefined,
      (error: unknown) => translateError(error),
    );
    await until(
      async () => Number((await fixture.engine.execute(running, { sleep })).scalar()) === 1,
    );
    await cancelStatement(client);
    const error = await failure;
    expect(error).toBeInstanceOf(OperationalError);
    expect(error).toMatchObject({ reason: 'cancelled' });
    await query('select 1');
    await until(() => fixture.engine.status().inUse === 0);
  });

  test('does nothing where nothing is running', async () => {
    const { client, query } = facade();
    await expect(cancelStatement(client)).resolves.toBeUndefined();
    await query('select 1');
  });
});
