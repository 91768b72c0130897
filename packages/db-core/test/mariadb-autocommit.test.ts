import type { Engine, EngineOptions, ScopedSession } from '@quartet/db-core';
import {
  createEngine,
  DatabaseError,
  ProgrammingError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import type { Connection, QueryOptions } from 'mysql2';

for (const server of testEngines().filter(({ name }) => name === 'mariadb'))
  describe('autocommit on MariaDB', () => {
    let database: FreshDatabase;
    let engine: Engine;
    let Session: ScopedSession;
    /** What reached the server since the engine was made. */
    let sent: string[];
    const open = async (options: EngineOptions = {}): Promise<void> => {
      await engine?.dispose();
      engine = createEngine(database.url, { poolSize: 1, ...options });
      Session = scopedSession(sessionmaker({ bind: engine }));
      sent = [];
      const client = (await engine.checkout()) as unknown as Connection;
      engine.checkin(client, false);
      const query = client.query.bind(client) as (...args: unknown[]) => never;
      jest.spyOn(client, 'query').mockImplementation((...args: unknown[]) => {
        sent.push((args[0] as QueryOptions).sql);
        return query(...args);
      });
    };
    const insert = "insert into things (name) values ('a')";
    const count = async (): Promise<number> => {
      const other = createEngine(database.url);
      const rows = Number((await other.execute('select count(*) from things')).scalar());
      await other.dispose();
      return rows;
    };

    beforeAll(async () => {
      database = await freshDatabase(server);
    });
    beforeEach(async () => {
      await open();
      await engine.execute('create or replace table things (name text)');
      await open();
    });
    afterAll(async () => {
      await engine.dispose();
      await database.drop();
    });

    test('the first statement of a session opens its transaction: nothing is sent before it', async () => {
      await runInScope(() => Session.execute('select name from things'));
      await runInScope(async () => {
        await Session.execute(insert);
        expect(await count()).toBe(0);
        await Session.commit();
        await Session.execute(insert);
      });
      expect(sent).toEqual([
        'select name from things',
        'ROLLBACK',
        insert,
        'COMMIT',
        insert,
        'ROLLBACK',
      ]);
      expect(await count()).toBe(1);
    });

    test('a statement outside a session commits by itself, before a session and after one', async () => {
      await engine.execute(insert);
      await engine.execute(insert);
      await runInScope(() => Session.execute(insert));
      await engine.execute(insert);
      expect(await count()).toBe(3);
      const [off, on] = ['SET autocommit = 0', 'SET autocommit = 1'];
      expect(sent).toEqual([on, insert, insert, off, insert, 'ROLLBACK', on, insert]);
    });

    test('an isolation level, an access mode and an early begin are asked for as ever', async () => {
      await runInScope(async () => {
        await Session.begin({ isolationLevel: 'SERIALIZABLE' });
        await Session.execute(insert);
        await Session.rollback();
        await Session.begin({ begin: 'eager' });
      });
      const level = 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE';
      const start = 'START TRANSACTION';
      expect(sent).toEqual([level, start, insert, 'ROLLBACK', start, 'ROLLBACK']);
    });

    test('where plain reads run outside of transactions, a write is preceded by its BEGIN', async () => {
      await open({ begin: 'on-first-write' });
      await runInScope(async () => {
        await Session.execute('select name from things');
        await Session.execute(insert);
      });
      expect(sent).toEqual(['select name from things', 'START TRANSACTION', insert, 'ROLLBACK']);
      expect(await count()).toBe(0);
    });

    test('what opens no transaction yet is not taken for the end of one', async () => {
      await runInScope(async () => {
        await Session.execute('set @a = 1');
        const nested = Session.beginNested(async () => {
          await Session.execute('set @a = 2');
          await Session.execute(insert);
          throw new Error('undo it');
        });
        await expect(nested).rejects.toThrow('undo it');
        await Session.commit();
      });
      expect(await count()).toBe(0);
    });

    test.each(['select name from things', 'select 1', insert])(
      'DDL after "%s" is noticed, and what follows is a new transaction',
      async (before) => {
        const ended: unknown[] = [];
        engine.on('implicit-commit', (event) => ended.push(event));
        await runInScope(async () => {
          await Session.execute(before);
          await Session.execute('create or replace table others (id int)');
          expect(Session.hasUncommittedWrites).toBe(false);
          await Session.execute(insert);
        });
        expect(ended).toHaveLength(1);
        expect(await count()).toBe(before === insert ? 1 : 0);
      },
    );

    test.each([
      'analyze table things',
      'check table things',
      'optimize table things',
      'repair table things',
      'lock tables things write',
      '/* tagged */ create /* again */ or replace table others (id int)',
    ])('%s commits by itself, and is told of', async (sql) => {
      const ended: unknown[] = [];
      engine.on('implicit-commit', (event) => ended.push(event));
      await runInScope(async () => {
        await Session.execute(insert);
        await Session.execute(sql);
        expect(Session.hasUncommittedWrites).toBe(false);
        await Session.execute('unlock tables');
        await Session.rollback();
      });
      expect(ended).toHaveLength(1);
      expect(await count()).toBe(1);
    });

    test.each(['create table things (id int)', 'lock tables nothing write', 'drop table nothing'])(
      'where it fails it has committed all the same, and the transaction is over: %s',
      async (sql) => {
        const ended: unknown[] = [];
        engine.on('implicit-commit', (event) => ended.push(event));
        await runInScope(async () => {
          await Session.execute(insert);
          await expect(Session.execute(sql)).rejects.toThrow(DatabaseError);
          await expect(Session.execute(insert)).rejects.toThrow(/commits by itself.*is kept/);
          await Session.rollback();
          await Session.execute(insert);
        });
        expect(ended).toHaveLength(1);
        expect(await count()).toBe(1);
      },
    );

    test('a temporary table, a mistake in a statement and words in a string commit nothing', async () => {
      const ended: unknown[] = [];
      engine.on('implicit-commit', (event) => ended.push(event));
      await runInScope(async () => {
        await Session.execute(insert);
        await Session.execute('create or replace temporary table mine (id int)');
        await Session.execute("insert into things (name) values ('; drop table x')");
        await expect(Session.execute('create tabel x')).rejects.toThrow(ProgrammingError);
        await Session.execute('drop temporary table mine');
      });
      expect(ended).toEqual([]);
      expect(await count()).toBe(0);
    });

    test('a statement that sets it itself misleads nobody', async () => {
      await runInScope(() => Session.execute('set autocommit = 1'));
      await runInScope(() => Session.execute(insert));
      expect(await count()).toBe(0);
      await engine.execute('set names utf8mb4, autocommit = 0');
      await engine.execute(insert);
      expect(await count()).toBe(1);
    });
  });
