/** A request to stop a statement that comes late must not stop the statement of whoever has the connection next. */
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { FreshDatabase } from '@quartet/testing';
import { describeOn, freshDatabase, proxy, until } from '@quartet/testing';
import { deferred } from './support';

const SLEEP = { postgres: 'select pg_sleep(0.01)', mariadb: 'select sleep(0.01)' } as const;

describe.each(['postgres', 'mariadb'] as const)('on %s', (name) => {
  describeOn(name, 'a connection', (server) => {
    let database: FreshDatabase;
    let engine: Engine;
    beforeAll(async () => {
      database = await freshDatabase(server);
      engine = createEngine(database.url, { poolSize: 1 });
    });
    afterAll(async () => {
      await engine.dispose();
      await database.drop();
    });

    afterEach(() => jest.restoreAllMocks());

    /** The pool's only connection, whose requests to stop take until `late`. */
    async function slowToStop() {
      const driver = await engine.checkout();
      engine.checkin(driver, false);
      const late = deferred();
      return { late, cancel: jest.spyOn(driver, 'cancel').mockReturnValue(late.promise) };
    }

    test('goes back when the request to stop its statement is done, not before', async () => {
      const { late, cancel } = await slowToStop();
      const connection = engine.connect({ autobegin: true, begin: 'on-first-write' });
      const answered = jest.fn();
      const running = connection.execute(SLEEP[name]).then(answered);
      await until(() => engine.status().inUse === 1);
      const closing = connection.close({ cancel: true });
      await running;
      expect(cancel).toHaveBeenCalledTimes(1);
      const next = jest.fn();
      const other = engine.execute('select 1').then(next);
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
      expect([answered.mock.calls.length, next.mock.calls.length]).toEqual([1, 0]);
      late.resolve();
      await Promise.all([closing, other]);
      expect(next).toHaveBeenCalledTimes(1);
    });

    test('nor does it when what was in flight is the COMMIT, which gives it back by itself', async () => {
      await engine.execute('create table kept (n int)');
      const { late, cancel } = await slowToStop();
      const connection = engine.connect({ autobegin: true, keepsConnection: false });
      await connection.execute('insert into kept values (1)');
      const committing = connection.commit();
      const closing = connection.close({ cancel: true });
      await committing;
      expect(cancel).toHaveBeenCalledTimes(1);
      const next = jest.fn();
      const other = engine.execute('select n from kept').then(next);
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
      expect(next).not.toHaveBeenCalled();
      late.resolve();
      await Promise.all([closing, other]);
      expect(next).toHaveBeenCalledTimes(1);
      expect(engine.status().inUse).toBe(0);
    });
  });
});

describeOn('mariadb', 'clients that leave together', (server) => {
  const AT_ONCE = 6;

  test('cost the server one connection beside the pool, and each of their statements stops', async () => {
    const database = await freshDatabase(server);
    let logins = 0;
    const counted = await proxy(database.url, () => {
      logins++;
      return { asked: () => undefined };
    });
    const engine = createEngine(counted.url, { poolSize: AT_ONCE });
    try {
      for (const expected of [AT_ONCE + 1, AT_ONCE + 2]) {
        const connections = Array.from({ length: AT_ONCE }, () => engine.connect());
        const running = connections.map((each) => each.execute('select sleep(60)'));
        await until(async () => (await sleeping(database)) === AT_ONCE);
        const closed = await Promise.allSettled(
          connections.map((each) => each.close({ cancel: true })),
        );
        await Promise.allSettled(running);
        expect(closed.filter(({ status }) => status === 'rejected')).toEqual([]);
        expect(await sleeping(database)).toBe(0);
        expect(logins).toBe(expected);
      }
    } finally {
      await engine.dispose();
      await counted.close();
      await database.drop();
    }
  });

  async function sleeping({ url }: FreshDatabase): Promise<number> {
    const watch = createEngine(url, { poolSize: 1 });
    try {
      const statement = `select count(*) from information_schema.processlist where info = 'select sleep(60)' and db = database()`;
      return Number((await watch.execute(statement)).scalar());
    } finally {
      await watch.dispose();
    }
  }
});
