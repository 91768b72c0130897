import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex } from '@quartet/db-knex';
import { freshDatabase, describeOn } from '@quartet/testing';

const SLEEPS: Readonly<Record<string, string>> = {
  postgres: 'select pg_sleep(30)',
  mariadb: 'select sleep(30)',
};

for (const name of ['postgres', 'mariadb'] as const)
  describeOn(name, `on ${name}`, (testEngine) => {
    test('timeout with cancel stops the statement', async () => {
      const database = await freshDatabase(testEngine);
      const engine = createEngine(database.url, { poolSize: 1 });
      const Session = scopedSession(sessionmaker({ bind: engine }));
      const knex = bindKnex(engine);
      await runInScope(async () => {
        await Session.execute('select 1');
        await expect(
          knex.raw(SLEEPS[testEngine.name] as string).timeout(50, { cancel: true }),
        ).rejects.toThrow(/Defined query timeout of 50ms exceeded/);
        await Session.rollback();
        expect(Number((await Session.execute('select 1')).scalar())).toBe(1);
      });
      await engine.dispose();
      await database.drop();
    }, 25_000);
  });
