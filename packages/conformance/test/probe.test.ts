import { createEngine } from '@quartet/db-core';
import { freshDatabase, testEngines } from '@quartet/testing';
import { createReferenceApp, Probe } from '../src';

describe.each(testEngines())('on $name', ({ name }) => {
  test('the probe hears of a transaction that another connection has left open, and of its end', async () => {
    const database = await freshDatabase(name);
    const engine = createEngine(database.url);
    await createReferenceApp(engine);
    const probe = await Probe.open(name, database.url);
    const connection = engine.connect();
    try {
      expect(await probe.openTransactions()).toBe(0);
      await connection.begin();
      await connection.execute("insert into users (name, email) values ('ana', 'a')");
      expect(await probe.openTransactions()).toBe(1);
      await connection.rollback();
      expect(await probe.openTransactions()).toBe(0);
    } finally {
      await connection.close();
      await probe.close();
      await engine.dispose();
      await database.drop();
    }
  });
});
