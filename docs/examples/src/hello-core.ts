/** The example in db-core's README. */
// #region example
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));

export async function main(): Promise<string[]> {
  await engine.execute('create table users (id integer primary key, name text unique)');
  // In Express, initApp(app) gives every request a scope. A script says where its own begins and ends.
  await runInScope(async () => {
    await Session.execute('insert into users (name) values (:name)', { name: 'admin' });
    await Session.commit();
    await Session.execute("insert into users (name) values ('nobody')"); // never committed
  });
  const found = await engine.execute('select name from users');
  await engine.dispose();
  return found.scalars<string>(); // ['admin']
}
// #endregion
