/** A request to stop a statement that comes late must not stop the statement of whoever has the connection next. */
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { FreshDatabase } from '@quartet/testing';
import { describeOn, freshDatabase, until } from '@quartet/testing';
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

    test('goes back when the request to stop its statement is done, not before', async () => {
      const driver = await engine.checkout();
      engine.checkin(driver, false);
      const late = deferred();
      const cancel = jest.spyOn(driver, 'cancel').mockReturnValue(late.promise);
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
  });
});
