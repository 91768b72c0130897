import { setTimeout as timer } from 'node:timers/promises';
import type { Engine, IdleInTransactionReport, ScopedSession } from '@quartet/db-core';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { describeOn, expectWarning, freshDatabase, until } from '@quartet/testing';
import { IdleWatch } from '../src/engine/idle-watch';
import { onEachEngine } from './support';

const insert = "insert into items (name) values ('a')";
const read = 'select name from items';

onEachEngine((fixture) => {
  let engine: Engine;
  let Session: ScopedSession;
  const use = (made: Engine): void => {
    engine = made;
    Session = scopedSession(sessionmaker({ bind: engine }));
  };

  describe('Session.release()', () => {
    beforeEach(() => use(fixture.another({ poolSize: 1, begin: 'on-first-statement' })));

    test('gives the connection back where the transaction has only read, and the session goes on', async () => {
      const ended: string[] = [];
      engine.on('rollback', () => ended.push('rollback'));
      await runInScope(async () => {
        await Session.execute(read);
        expect(engine.status().inUse).toBe(1);
        await Session.release();
        expect(engine.status().inUse).toBe(0);
        expect(Session.inTransaction()).toBe(false);
        expect(ended).toEqual(['rollback']);
        await Session.execute(insert);
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['a']);
    });

    test('does nothing where none is held, and twice', async () => {
      await runInScope(async () => {
        await Session.release();
        expect(engine.status().checkouts).toBe(0);
        await Session.execute(read);
        await Session.release();
        await Session.release();
        expect(engine.status().checkouts).toBe(1);
      });
    });

    test.each([
      ['a write', insert],
      ['a lock', fixture.name === 'sqlite' ? insert : 'select name from items for update'],
    ])('is refused after %s, and nothing is lost', async (_what, sql) => {
      await runInScope(async () => {
        await Session.execute(sql);
        await Session.execute(insert.replace("'a'", "'b'"));
        await expect(Session.release()).rejects.toThrow(
          /written or locked: commit\(\) or rollback\(\)/,
        );
        await Session.commit();
        await Session.release();
      });
      expect(await fixture.names()).toContain('b');
    });

    test('is refused while something nested is open, and after the transaction is lost', async () => {
      await runInScope(async () => {
        await Session.beginNested(async () => {
          await Session.execute(read);
          await expect(Session.release()).rejects.toThrow('a nested transaction is open');
        });
        await Session.connection().invalidate('Somebody said so.');
        await expect(Session.release()).rejects.toThrow('Somebody said so.');
        await Session.rollback();
        await Session.release();
      });
    });

    test('hooks wait for the end of the unit of work', async () => {
      const hook = jest.fn();
      await runInScope(async () => {
        Session.afterCommit(hook);
        Session.afterRollback(hook);
        await Session.execute(read);
        await Session.release();
        expect(hook).not.toHaveBeenCalled();
        await Session.commit();
        expect(hook).toHaveBeenCalledTimes(1);
      });
    });
  });

  describe('a session that is idle in a transaction', () => {
    test('is reported, with the code that sent its last statement', async () => {
      use(fixture.another({ idleInTransactionWarnMs: 5 }));
      const reports: IdleInTransactionReport[] = [];
      engine.on('idle-in-transaction', (report) => reports.push(report));
      await runInScope(async () => {
        async function writesAndThinks(): Promise<void> {
          await Session.execute(insert);
          await until(() => reports.length === 1);
        }
        await writesAndThinks();
        expect(reports[0]).toMatchObject({
          session: Session(),
          stack: expect.stringContaining('writesAndThinks') as string,
          location: expect.stringMatching(/idle-in-transaction\.test\.ts:\d+:\d+/) as string,
        });
        expect(reports[0]?.idleMs).toBeGreaterThanOrEqual(4);
      });
    });

    test('is reported where settings made a read begin the transaction', async () => {
      if (fixture.name === 'sqlite') return; // has no settings
      use(fixture.another({ idleInTransactionWarnMs: 5, begin: 'on-first-write' }));
      const reports: IdleInTransactionReport[] = [];
      engine.on('idle-in-transaction', (report) => reports.push(report));
      const setting = fixture.name === 'postgres' ? 'app.tenant' : 'sql_mode';
      await runInScope(
        async () => {
          await Session.execute(read);
          await until(() => reports.length === 1);
        },
        { settings: { [setting]: 'ANSI' } },
      );
      expect(reports[0]?.location).toMatch(/idle-in-transaction\.test\.ts/);
    });

    test('has cost no stack where a statement leaves nothing open', async () => {
      use(fixture.another({ idleInTransactionWarnMs: 1_000, begin: 'on-first-write' }));
      const stacks = jest.spyOn(IdleWatch.prototype, 'asked');
      await runInScope(async () => {
        await Session.execute(read);
        expect(stacks).toHaveBeenCalledTimes(0);
        await Promise.all([Session.execute(insert), Session.execute(read)]);
        expect(stacks).toHaveBeenCalledTimes(2); // the read may come behind the write, in its transaction
        await Session.execute(read);
        expect(stacks).toHaveBeenCalledTimes(3);
      });
      stacks.mockRestore();
    });

    test('is warned of, once for each place', async () => {
      expectWarning(/idle in a transaction for \d+ ms.*Session\.release\(\)/s);
      use(fixture.another({ idleInTransactionWarnMs: 1 }));
      const told = jest.spyOn(console, 'warn');
      const request = () =>
        runInScope(async () => {
          await Session.execute(insert);
          await until(() => told.mock.calls.length > 0);
          await timer(5);
        });
      for (let times = 0; times < 3; times++) await request();
      expect(told).toHaveBeenCalledTimes(1);
      told.mockRestore();
    });

    test('is not one that has committed, has only read outside a transaction, or is no session', async () => {
      use(fixture.another({ idleInTransactionWarnMs: 1, begin: 'on-first-write' }));
      const reported = jest.fn();
      engine.on('idle-in-transaction', reported);
      await runInScope(async () => {
        await Session.execute(read);
        await timer(5);
        await Session.execute(insert);
        await Session.commit();
        await timer(5);
      });
      await engine.begin(async (connection) => {
        await connection.execute(read);
        await timer(5);
      });
      expect(reported.mock.calls.filter(([{ idleMs }]) => idleMs > 4)).toEqual([]);
    });
  });
});

describe('by default', () => {
  const before = process.env['NODE_ENV'];
  afterEach(() => (process.env['NODE_ENV'] = before));
  test.each([
    ['development', true],
    ['', true],
    ['production', false],
    ['test', false],
  ])('NODE_ENV=%s: watched %s', (environment, watched) => {
    process.env['NODE_ENV'] = environment;
    expect(createEngine('sqlite://').idleWatch({}) !== undefined).toBe(watched);
  });

  test('0 turns it off', () => {
    process.env['NODE_ENV'] = 'development';
    expect(createEngine('sqlite://', { idleInTransactionWarnMs: 0 }).idleWatch({})).toBeUndefined();
  });
});

describe.each([
  ['postgres', 'show idle_in_transaction_session_timeout', '2s', '10s'],
  ['mariadb', 'select @@idle_transaction_timeout', 2, 10],
] as const)('idleInTransactionTimeoutMs on %s', (name, look, asked, byStatements) => {
  describeOn(name, 'the server ends what is idle', (server) => {
    const limitOf = async (options: object, parameter = ''): Promise<unknown> => {
      const database = await freshDatabase(server);
      const engine = createEngine(database.url + parameter, options);
      const shown = (await engine.execute(look)).scalar();
      await engine.dispose();
      await database.drop();
      return shown;
    };

    test('it is set, by option, by the address, or by the limit of statements', async () => {
      expect(await limitOf({ idleInTransactionTimeoutMs: 2000 })).toBe(asked);
      expect(await limitOf({}, '?idleInTransactionTimeoutMs=1600')).toBe(
        name === 'postgres' ? '1600ms' : 2,
      );
      expect(await limitOf({ statementTimeoutMs: 2000 })).toBe(byStatements);
      expect(await limitOf({ statementTimeoutMs: 2000, idleInTransactionTimeoutMs: 0 })).toBe(
        name === 'postgres' ? '0' : 0,
      );
    });

    test('the session meets a lost connection, and rows that it had locked are free', async () => {
      const database = await freshDatabase(server);
      const engine = createEngine(database.url, { idleInTransactionTimeoutMs: 1000 });
      const Session = scopedSession(sessionmaker({ bind: engine }));
      await engine.execute('create table counters (id int primary key, n int)');
      await engine.execute('insert into counters values (1, 0)');
      const add = 'update counters set n = n + 1 where id = 1';
      await runInScope(async () => {
        await Session.execute(add);
        await engine.execute(add); // waits for the lock until the server ends the session's transaction
        await expect(Session.commit()).rejects.toMatchObject({ reason: 'gone' });
      });
      expect((await engine.execute('select n from counters')).scalar()).toBe(1);
      await engine.dispose();
      await database.drop();
    });
  });
});
