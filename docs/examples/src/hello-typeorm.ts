/** The example in db-typeorm's README. */
// #region example
import type { Query } from '@quartet/db-core/orm';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindTypeorm, createAll, mapper, sessionManager } from '@quartet/db-typeorm';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));

class User {
  declare static query: Query<User>;
  id!: number;
  name!: string;
}
Object.defineProperty(User, 'query', Session.queryProperty());

mapper(User, {
  tableName: 'users',
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, length: 50, unique: true, nullable: false },
  },
});

export async function main(): Promise<string[]> {
  const dataSource = await bindTypeorm(engine, { entities: [User] });
  await createAll(dataSource);
  const names = await runInScope(async () => {
    Session.add(Object.assign(new User(), { name: 'admin' }));
    await Session.flush();
    const manager = sessionManager(dataSource, Session()); // TypeORM's own, in the same transaction
    await manager.insert(User, { name: 'guest' });
    await Session.commit();
    return (await User.query.orderBy('name').all()).map(({ name }) => name);
  });
  await dataSource.destroy();
  await engine.dispose();
  return names; // ['admin', 'guest']
}
// #endregion
