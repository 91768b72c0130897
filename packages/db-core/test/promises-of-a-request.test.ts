/**
 * Before Node 24 AsyncLocalStorage takes part in every promise, and on each version a promise is memory and a turn of the
 * queue of microtasks: their number is what a statement costs beside its driver, whatever the machine.
 */
import { createHook } from 'node:async_hooks';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import type { Engine } from '@quartet/db-core';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';

const TIMES = 100;

/** How many promises `fn` makes, on average over `TIMES` calls after as many that do not count. */
async function promisesOf(fn: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < TIMES; i++) await fn();
  let made = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') made++;
    },
  }).enable();
  for (let i = 0; i < TIMES; i++) await fn();
  hook.disable();
  return made / TIMES;
}

/**
 * Of a scope with one read, and of one more read in the same scope, each with one to spare for what else the process does; what the
 * driver makes is among them. On MariaDB the end of the scope is a ROLLBACK.
 */
const MOST = {
  sqlite: { scope: 7, read: 4 },
  postgres: { scope: 11, read: 8 },
  mariadb: { scope: 22, read: 7 },
};

describe.each(testEngines())('promises on $name', ({ name }) => {
  let database: FreshDatabase;
  let engine: Engine;
  beforeAll(async () => {
    database = await freshDatabase(name);
    engine = createEngine(database.url);
  });
  afterAll(async () => {
    await engine.dispose();
    await database.drop();
  });

  it('a scope with one read, and one read more, make no more than so many', async () => {
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const read = () => Session.execute('SELECT 1');
    const once = await promisesOf(() => runInScope(read));
    const twice = await promisesOf(() => runInScope(() => read().then(read)));
    expect(once).toBeLessThanOrEqual(MOST[name].scope);
    expect(twice - once).toBeLessThanOrEqual(MOST[name].read);
  });
});
