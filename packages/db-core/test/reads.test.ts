import type { Engine, ScopedSession } from '@quartet/db-core';
import { runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import type { Client } from 'pg';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  let engine: Engine;
  let Session: ScopedSession;
  const read = () => Session.execute('select name from items');
  const insert = (name: string) =>
    Session.execute('insert into items (name) values (:name)', { name });
  const inUse = (): number => engine.status().inUse;
  /** Names this very connection, and is no plain read on a server. */
  const whoAmI = {
    sqlite: undefined,
    postgres: 'select pg_backend_pid()',
    mariadb: 'select connection_id()',
  }[fixture.name];
  beforeEach(() => {
    engine = fixture.another({ poolSize: 1, begin: 'on-first-write', acquireTimeoutMs: 5000 });
    Session = scopedSession(sessionmaker({ bind: engine }));
  });

  test('a session that has only read holds no connection between its statements', async () => {
    await runInScope(async () => {
      await read();
      expect(inUse()).toBe(0);
      await runInScope(read); // another session, on a pool of one
      await read();
      expect(Session.inTransaction()).toBe(false);
    });
  });

  test('its events tell when it had one', async () => {
    const events: string[] = [];
    engine.on('checkout', () => events.push('checkout'));
    engine.on('checkin', () => events.push('checkin'));
    await runInScope(async () => {
      await read();
      await read();
    });
    expect(events).toEqual(['checkout', 'checkin', 'checkout', 'checkin']);
  });

  test('calls side by side hold one until the last is answered', async () => {
    const taken = jest.fn();
    engine.on('checkout', taken);
    await runInScope(() => Promise.all([read(), read(), read()]));
    expect(taken).toHaveBeenCalledTimes(1);
    expect(inUse()).toBe(0);
  });

  test('from the first write to the end of the transaction it stays', async () => {
    await runInScope(async () => {
      await read();
      await insert('a');
      await read();
      expect(inUse()).toBe(1);
      await Session.commit();
      expect(inUse()).toBe(0);
      await read();
      expect(inUse()).toBe(0);
    });
    expect(await fixture.names()).toEqual(['a']);
  });

  test('a read that fails gives it back too', async () => {
    const failing = {
      sqlite: 'select abs(-9223372036854775808)', // which overflows when it runs
      postgres: 'select name from nowhere',
      mariadb: 'select name from nowhere',
    }[fixture.name];
    await runInScope(async () => {
      await expect(Session.execute(failing)).rejects.toThrow(/overflow|nowhere/);
      expect(inUse()).toBe(0);
      await insert('a');
      await Session.commit();
    });
    expect(await fixture.names()).toEqual(['a']);
  });

  test('a session without transactions keeps it from its first write on, for what the connection knows of it', async () => {
    const Autocommit = scopedSession(sessionmaker({ bind: engine, autocommit: true }));
    await runInScope(async () => {
      await Autocommit.execute('select name from items');
      expect(inUse()).toBe(0);
      await Autocommit.execute("insert into items (name) values ('a')");
      expect(inUse()).toBe(1);
      const last = {
        sqlite: 'select last_insert_rowid()',
        postgres: 'select lastval()',
        mariadb: 'select last_insert_id()',
      }[fixture.name];
      const key = await fixture.engine.execute('select id from items');
      expect(Number((await Autocommit.execute(last)).scalar())).toBe(Number(key.scalar()));
    });
    expect(inUse()).toBe(0);
  });

  test('what was set on it stays with the session until the session ends', async () => {
    const Autocommit = scopedSession(sessionmaker({ bind: engine, autocommit: true }));
    const [set, look, value] = {
      sqlite: ['pragma case_sensitive_like = on', "select 'A' like 'a'", 0],
      postgres: ["set application_name = 'mine'", 'show application_name', 'mine'],
      mariadb: ['set @mine = 1', 'select @mine', 1],
    }[fixture.name] as [string, string, unknown];
    await runInScope(async () => {
      await Autocommit.execute(set);
      expect((await Autocommit.execute(look)).scalar()).toBe(value);
    });
    expect(inUse()).toBe(0);
  });

  test('open() borrows one and keeps it', async () => {
    const connection = engine.connect({ autobegin: true });
    await connection.open();
    expect(inUse()).toBe(1);
    await connection.execute('select name from items');
    expect(inUse()).toBe(1);
    await connection.close();
    expect(inUse()).toBe(0);
  });

  test('a ping borrows one for itself', async () => {
    const connection = engine.connect({ autobegin: true });
    await connection.ping();
    expect(inUse()).toBe(0);
    await connection.close();
  });

  if (whoAmI === undefined) return;
  test('a library that has checked it out has the same one until it gives it back', async () => {
    const checkOut = {
      postgres: async () => {
        const pool = new (pgDriver(engine).Pool)();
        const client = (await pool.connect()) as Client & { release(): void };
        return {
          ask: async (sql: string) => Object.values((await client.query(sql)).rows[0] as object)[0],
          release: () => client.release(),
        };
      },
      mariadb: async () => {
        const client = await mysql2Driver(engine).createPool({}).promise().getConnection();
        return {
          ask: async (sql: string) =>
            Object.values(((await client.query(sql))[0] as object[])[0] as object)[0],
          release: () => client.release(),
        };
      },
    }[fixture.name as 'postgres' | 'mariadb'];
    engine = fixture.another({ poolSize: 2, begin: 'on-first-write' });
    Session = scopedSession(sessionmaker({ bind: engine }));
    await runInScope(async () => {
      const client = await checkOut();
      await client.ask('select 1');
      expect(inUse()).toBe(1);
      const own = await client.ask(whoAmI);
      await Session.commit();
      expect(inUse()).toBe(1); // still the library's
      expect(await client.ask(whoAmI)).toBe(own);
      await Session.commit();
      client.release();
      await Session.commit();
      expect(inUse()).toBe(0);
    });
  });
});
