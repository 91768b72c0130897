import { setTimeout as timer } from 'node:timers/promises';
import {
  createEngine,
  OperationalError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { names, Session, useDatabase, User } from './support';

useDatabase();

test('writers queue, readers do not', async () => {
  // #region writers-queue
  const add = (name: string) =>
    runInScope(async () => {
      Session.add(new User(name));
      await Session.flush(); // takes the writer lock
      await timer(5); // an await in the middle of the transaction
      await Session.commit(); // hands the lock to the next in line
    });
  const reading = runInScope(() => User.query.count()); // waits for nobody
  await Promise.all([add('a'), add('b'), add('c'), reading]);
  // #endregion
  expect((await names()).toSorted()).toEqual(['a', 'b', 'c']);
});

test('a writer that waits too long fails as busy', async () => {
  const engine = createEngine('sqlite://', { busyTimeoutMs: 20 });
  const Session = scopedSession(sessionmaker({ bind: engine }));
  await engine.execute('create table notes (text)');
  // #region busy
  await runInScope(async () => {
    await Session.execute("insert into notes values ('first')"); // holds the writer lock
    const second = runInScope(() => Session.execute("insert into notes values ('second')"));
    await expect(second).rejects.toThrow(OperationalError);
    await expect(second).rejects.toMatchObject({ reason: 'busy', retryable: true });
  });
  // #endregion
  await engine.dispose();
});
