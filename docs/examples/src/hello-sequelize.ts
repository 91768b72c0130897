/** The example in db-sequelize's README. */
// #region example
import type { Query } from '@quartet/db-core/orm';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import type { Sequelize } from 'sequelize';
import { DataTypes, Model } from 'sequelize';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));

class User extends Model {
  declare static query: Query<User>;
  declare id: number;
  declare name: string;
}
Object.defineProperty(User, 'query', Session.queryProperty());

const defineUser = (sequelize: Sequelize) =>
  User.init({ name: { type: DataTypes.STRING(50), unique: true } }, { sequelize });

export async function main(): Promise<string[]> {
  const sequelize = await bindSequelize(engine, {
    models: [defineUser], // or classes of sequelize-typescript
    define: { timestamps: false },
  });
  await createAll(sequelize);
  const names = await runInScope(async () => {
    Session.add(new User({ name: 'admin' }));
    await User.create({ name: 'guest' }); // Sequelize's own call: in the same transaction
    await Session.commit();
    return (await User.query.orderBy('name').all()).map(({ name }) => name);
  });
  await sequelize.close();
  await engine.dispose();
  return names; // ['admin', 'guest']
}
// #endregion
