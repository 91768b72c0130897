import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { createTables, reflect } from '@quartet/db-core/reflection';
import { rowTypes } from '@quartet/db-knex/reflection';
import { bindSequelize } from '@quartet/db-sequelize';
import { automap as automapSequelize } from '@quartet/db-sequelize/reflection';
import { bindTypeorm, mapper } from '@quartet/db-typeorm';
import { automap, reflectTables } from '@quartet/db-typeorm/reflection';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));

beforeAll(async () => {
  await engine.execute(
    'create table users (id integer primary key autoincrement, name varchar(50) not null unique)',
  );
  await engine.execute(
    `create table messages (id integer primary key autoincrement,
       user_id integer not null references users (id) on delete cascade, body text not null)`,
  );
});
afterAll(() => engine.dispose());

test('tables are read, and made again elsewhere', async () => {
  const empty = createEngine('sqlite://');
  // #region reflect
  const [messages, users] = await reflect(engine); // or { only: ['users'] }
  expect(messages?.foreignKeys).toMatchObject([
    { columns: ['user_id'], table: 'users', references: ['id'], onDelete: 'CASCADE' },
  ]);
  expect(users?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'id integer',
    'name varchar(50)',
  ]);

  await createTables(empty, await reflect(engine));
  expect(await reflect(empty)).toEqual(await reflect(engine));
  // #endregion
  await empty.dispose();
});

test('TypeORM has classes for them', async () => {
  // #region typeorm
  const { users: User, messages: Message } = await automap(engine, { only: ['users', 'messages'] });
  const dataSource = await bindTypeorm(engine, { entities: [User, Message] });
  await runInScope(async () => {
    const user = new User({ name: 'admin' });
    Session.addAll([user, new Message({ user, body: 'hello' })]);
    await Session.commit();
    const found = await dataSource.manager.findOne(User, {
      where: { name: 'admin' },
      relations: { messages_collection: true },
    });
    expect(found?.['messages_collection']).toMatchObject([{ body: 'hello' }]);
  });
  // #endregion
  await dataSource.destroy();
});

test('a class of your own takes one over', async () => {
  // #region own
  class User {
    id!: number;
    constructor(public name: string) {}
  }
  const { users } = await reflectTables(engine, { only: ['users'] });
  mapper(User, users); // as SQLAlchemy's mapper(User, Table('users', metadata, autoload_with=engine))
  // #endregion
  const dataSource = await bindTypeorm(engine, { entities: [User] });
  await runInScope(async () => {
    Session.add(new User('guest'));
    await Session.commit();
    expect(await Session.query(User).count()).toBeGreaterThan(0);
  });
  await dataSource.destroy();
});

test('Sequelize has models for them', async () => {
  // #region sequelize
  const sequelize = await bindSequelize(engine);
  const { users: User } = await automapSequelize(sequelize, { only: ['users', 'messages'] });
  await runInScope(async () => {
    Session.add(new User({ name: 'ann' }));
    await Session.commit();
    expect(await User.count({ where: { name: 'ann' }, include: 'messages_collection' })).toBe(1);
  });
  // #endregion
  await sequelize.close();
});

test('Knex has types for them', async () => {
  expect(await rowTypes(engine)).toContain('export interface UsersRow {');
});
