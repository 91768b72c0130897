import { runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import type { Dialect } from 'kysely';
import { Kysely, MysqlDialect, PostgresDialect, sql } from 'kysely';
import { onEachEngine } from '../support';
import { EngineSqliteDialect } from './kysely-sqlite';

interface Tables {
  items: { id: number; name: string; n: number | null };
}

onEachEngine((fixture) => {
  let kysely: Kysely<Tables>;
  const Session = scopedSession(sessionmaker());

  beforeAll(() => {
    const { engine } = fixture;
    Session.configure({ bind: engine });
    const dialects: Record<string, () => Dialect> = {
      sqlite: () => new EngineSqliteDialect(engine),
      postgresql: () => new PostgresDialect({ pool: new (pgDriver(engine).Pool)() }),
      mysql: () => new MysqlDialect({ pool: mysql2Driver(engine).createPool({}) as never }),
    };
    kysely = new Kysely<Tables>({ dialect: (dialects[engine.dialect.name] as () => Dialect)() });
  });
  afterAll(() => kysely.destroy());
  afterEach(() => expect(fixture.engine.status().inUse).toBe(0));
  const add = (name: string, on = kysely) =>
    on
      .insertInto('items')
      .values({ name } as never)
      .execute();

  test('Kysely joins the request’s transaction', async () => {
    await runInScope(async () => {
      await Session.execute("insert into items (name) values ('session')");
      await add('kysely');
      expect(await kysely.selectFrom('items').select('name').orderBy('name').execute()).toEqual([
        { name: 'kysely' },
        { name: 'session' },
      ]);
      expect(await fixture.names()).toEqual([]);
      await Session.commit();
      await add('forgotten');
    });
    expect(await fixture.names()).toEqual(['kysely', 'session']);
  });

  test('a transaction of Kysely is a savepoint in a session', async () => {
    await runInScope(async () => {
      await add('outer');
      const inner = kysely.transaction().execute(async (transaction) => {
        await add('inner', transaction);
        throw new Error('changed my mind');
      });
      await expect(inner).rejects.toThrow('changed my mind');
      await kysely.transaction().execute((transaction) => add('second', transaction));
      await Session.commit();
    });
    expect(await fixture.names()).toEqual(['outer', 'second']);
  });

  test('and a real one outside', async () => {
    await kysely.transaction().execute(async (transaction) => {
      await add('a', transaction);
      expect(await fixture.names()).toEqual([]);
    });
    expect(await fixture.names()).toEqual(['a']);
    expect(
      (await sql<{ n: number }>`select count(*) as n from items`.execute(kysely)).rows,
    ).toHaveLength(1);
  });
});
