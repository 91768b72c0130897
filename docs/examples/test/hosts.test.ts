import { createEngine, currentScope, Positions, runInScope } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import express from 'express';

const { SECRET = 'the same in every process' } = process.env;

test('several servers', async () => {
  // #region list
  // One takes writes, and is found by asking; the others are there for when it is lost.
  const engine = createEngine('mariadb://app@n1,n2,n3/shop');
  // Reads go to the others as well.
  const reading = createEngine({
    primary: 'postgresql://app@db1/shop',
    replicas: ['postgresql://app@db2/shop', 'postgresql://app@db3:5433/shop'],
  });
  // #endregion
  expect([engine.readsFromReplicas, reading.readsFromReplicas]).toEqual([false, true]);

  // #region status
  const [first] = reading.status().nodes;
  expect(first).toMatchObject({ node: 'db1:5432', role: 'unknown', isWriter: false }); // not asked yet
  // #endregion
  await Promise.all([engine.dispose(), reading.dispose()]);
});

test('what a user has written is there in the next request', () => {
  const app = express();
  // #region causal
  initApp(app, { causal: { cookie: { secret: SECRET } } });
  // #endregion
  expect(app.get('quartet request scopes')).toBeDefined();
});

test('a job reads what its request has written', async () => {
  // #region job
  const positions = await runInScope(async () => {
    // … Session.commit()
    return String(currentScope()?.positions); // goes into the queue with the job
  });
  // later, in another process:
  await runInScope(async () => undefined, { positions: new Positions({ before: positions }) });
  // #endregion
  expect(positions).toBe('');
});
