/** Texts of several statements with a BEGIN or a COMMIT among them, on PostgreSQL, whose protocol takes them. */
import type { Engine, ScopedSession } from '@quartet/db-core';
import {
  createEngine,
  InvalidRequestError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { pgDriver } from '@quartet/db-core/drivers';
import { withTestIsolation } from '@quartet/db-core/testing';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, describeOn } from '@quartet/testing';

describeOn('postgres', 'a script with transaction control of its own', (server) => {
  let database: FreshDatabase;
  let engine: Engine;
  let Session: ScopedSession;
  const insert = "insert into things values ('a;')";
  const count = async (): Promise<number> =>
    Number((await engine.execute('select count(*) from things')).scalar());

  beforeAll(async () => {
    database = await freshDatabase(server);
    engine = createEngine(database.url, { poolSize: 2, acquireTimeoutMs: 2000 });
    Session = scopedSession(sessionmaker({ bind: engine }));
  });
  beforeEach(async () => {
    await engine.execute('drop table if exists things');
    await engine.execute('create table things (name text not null)');
  });
  afterAll(async () => {
    await engine.dispose();
    await database.drop();
  });

  test.each([
    [`BEGIN; ${insert}; COMMIT;`, 1],
    [`/* x */ begin; ${insert}; rollback; begin; ${insert}; -- ;\n commit`, 1],
    [`${insert}; commit; ${insert}`, 2],
  ])('runs as it is outside a session: %s', async (script, rows) => {
    await new (pgDriver(engine).Pool)().query(script);
    expect(await count()).toBe(rows);
    await engine.execute('delete from things');
    const client = new (pgDriver(engine).Client)();
    await client.query(script);
    expect(await count()).toBe(rows);
    expect(engine.status().inUse).toBe(0);
  });

  test('leaves nothing open where it fails', async () => {
    const pool = new (pgDriver(engine).Pool)();
    const script = `begin; ${insert}; insert into things values (null); commit`;
    await expect(pool.query(script)).rejects.toMatchObject({ code: '23502' });
    await pool.query(insert);
    expect(await count()).toBe(1);
    expect(engine.status().inUse).toBe(0);
  });

  test('that ends in a transaction keeps its connection until that is over', async () => {
    const client = new (pgDriver(engine).Client)();
    await client.query("begin; set local application_name = 'mine'");
    await client.query(insert);
    expect(await count()).toBe(0);
    const { rows } = await client.query('show application_name');
    expect(rows).toEqual([{ application_name: 'mine' }]);
    await client.query('ROLLBACK');
    expect(await count()).toBe(0);
    expect(engine.status().inUse).toBe(0);
  });

  test('that fails in the middle leaves a checked-out client to its ROLLBACK, as in pg', async () => {
    const client = await new (pgDriver(engine).Pool)().connect();
    await expect(client.query(`begin; ${insert}; select nothing`)).rejects.toMatchObject({
      code: '42703',
    });
    await expect(client.query(insert)).rejects.toMatchObject({ code: '25P02' });
    await client.query('ROLLBACK');
    await client.query(insert);
    client.release();
    expect(await count()).toBe(1);
  });

  test.each([`${insert}; commit`, `BEGIN; ${insert}; COMMIT`, `${insert}; /* ; */ rollback;`])(
    'is refused in a session, whose transaction it would end: %s',
    async (script) => {
      await runInScope(async () => {
        await Session.execute(insert);
        await expect(Session.execute(script)).rejects.toThrow(InvalidRequestError);
        expect(Session.hasUncommittedWrites).toBe(true);
        await Session.rollback();
      });
      expect(await count()).toBe(0);
    },
  );

  test('is refused in a transaction that is under way', async () => {
    await engine.begin(async (connection) => {
      await connection.execute(insert);
      await expect(connection.execute('select 1; commit')).rejects.toThrow(InvalidRequestError);
    });
    expect(await count()).toBe(1);
  });

  test('answers with what its last statement does', async () => {
    const result = await engine.execute(`begin; ${insert}; commit; select name from things`);
    expect(result.scalars()).toEqual(['a;']);
    expect((await engine.execute(`begin; ${insert}; commit`)).all()).toEqual([]);
  });

  test('is refused in withTestIsolation, whose end it would be', async () => {
    await withTestIsolation(engine, async () => {
      await expect(engine.execute(`begin; ${insert}; commit`)).rejects.toThrow(InvalidRequestError);
    });
    expect(await count()).toBe(0);
  });

  test('words in literals and bodies make none of a statement', async () => {
    await runInScope(async () => {
      await Session.execute('do $größe$ begin perform 1; end; $größe$');
      await Session.execute(
        'create function two() returns int language sql begin atomic select 1; select 2; end',
      );
      await Session.execute("insert into things values ('; commit'); select 1;");
      await Session.rollback();
    });
    expect(await count()).toBe(0);
  });
});
