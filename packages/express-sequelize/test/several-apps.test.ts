/** One `db` object on several Express apps, each with a database of its own, at the same time. */
import type { Query } from '@quartet/db-core/orm';
import { createEngine } from '@quartet/db-core';
import { SQLAlchemy } from '@quartet/express-sequelize';
import { testEngines } from '@quartet/testing';
import type { Application } from 'express';
import express from 'express';
import type {
  BelongsToManyAddAssociationMixin,
  BelongsToManyGetAssociationsMixin,
  CreationOptional,
  ForeignKey,
  NonAttribute,
} from 'sequelize';
import { DataTypes } from 'sequelize';
import { get, onEachEngine } from './support';

const db = new SQLAlchemy();

class User extends db.Model<User> {
  declare static query: Query<User>;
  declare id: CreationOptional<number>;
  declare name: string;
  declare messages?: NonAttribute<Message[]>;

  static override associate(): void {
    User.hasMany(Message, { as: 'messages', foreignKey: { name: 'userId', field: 'user_id' } });
    User.addScope('named', (name: string) => ({ where: { name } }));
    User.addHook('beforeCreate', (user) => {
      (user as User).name = (user as User).name.trim();
    });
  }
}
User.init({ name: { type: DataTypes.STRING(50), unique: true, allowNull: false } });

class Message extends db.Model<Message> {
  declare static query: Query<Message>;
  declare id: CreationOptional<number>;
  declare userId: ForeignKey<number>;
  declare body: string;
  declare user?: NonAttribute<User>;
  declare addTag: BelongsToManyAddAssociationMixin<Tag, number>;
  declare getTags: BelongsToManyGetAssociationsMixin<Tag>;

  static override associate(): void {
    Message.belongsTo(User, { as: 'user', foreignKey: { name: 'userId', field: 'user_id' } });
    Message.belongsToMany(Tag, { as: 'tags', through: 'message_tag', timestamps: false });
  }
}
Message.init({ body: { type: DataTypes.TEXT, allowNull: false } });

class Tag extends db.Model<Tag> {
  declare id: CreationOptional<number>;
  declare name: string;
}
Tag.init({ name: DataTypes.STRING(50) });

async function anApp(url: string): Promise<Application> {
  const app = express();
  app.set('DATABASE_URL', url);
  await db.initApp(app);
  app.get('/add/:name', async (req, res) => {
    const user = new User({ name: req.params.name });
    db.session.add(user);
    await db.session.flush();
    const message = await Message.create({ userId: user.id, body: 'hello' });
    await message.addTag(await Tag.create({ name: `of ${user.name}` }));
    await db.session.commit();
    res.json({ id: user.id });
  });
  app.get('/all', async (_req, res) => {
    const users = await User.findAll({ include: 'messages', order: ['id'] });
    const messages = await Message.findAll({ include: 'user', order: ['id'] });
    const tags = await Promise.all(messages.map((message) => message.getTags()));
    res.json({
      users: users.map(({ name, messages = [] }) => [name, messages.length]),
      authors: messages.map(({ user }) => user?.name),
      tags: tags.flat().map(({ name }) => name),
      scoped: await User.scope({ method: ['named', 'ann'] }).count(),
      queried: await User.query.count(),
      engine: String(db.engine),
    });
  });
  return app;
}

afterEach(() => db.dispose());

onEachEngine(({ fresh }) => {
  test('two apps that overlap in time read and write their own database each', async () => {
    const first = await anApp(await fresh());
    const second = await anApp(await fresh());
    await Promise.all([get(first, '/add/ann'), get(second, '/add/bob'), get(second, '/add/cid')]);
    const [inFirst, inSecond] = await Promise.all([get(first, '/all'), get(second, '/all')]);
    expect(inFirst.body).toMatchObject({
      users: [['ann', 1]],
      authors: ['ann'],
      tags: ['of ann'],
      scoped: 1,
      queried: 1,
    });
    expect(inSecond.body.users).toHaveLength(2);
    expect(inSecond.body).toMatchObject({ scoped: 0, queried: 2 });
    expect(inSecond.body.tags.toSorted()).toEqual(['of bob', 'of cid']);
    expect(inFirst.body.engine).not.toBe(inSecond.body.engine);
  });

  test('several apps share an engine that was handed in, and its owner disposes it', async () => {
    const engine = createEngine(await fresh());
    const apps = [express(), express()];
    for (const app of apps) await db.initApp(app, { engine });
    await db.appContext(() => User.create({ name: ' dan ' }).then(() => db.session.commit()), {
      app: apps[0] as Application,
    });
    const names = await db.appContext(async () => (await User.findAll()).map(({ name }) => name), {
      app: apps[1] as Application,
    });
    expect(names).toEqual(['dan']);
    await db.dispose();
    expect((await engine.execute('select 1')).scalar()).toBe(1);
    await engine.dispose();
  });

  test('an app whose engine was disposed is forgotten: the next one is the only one', async () => {
    const gone = createEngine(await fresh());
    await db.initApp(express(), { engine: gone });
    await gone.dispose();
    await db.initApp(express(), { url: await fresh() });
    await db.appContext(async () => {
      await User.create({ name: 'eve' });
      await db.session.commit();
      expect(await User.query.count()).toBe(1);
    });
  });
});

test('apps on different kinds of database use the same models at the same time', async () => {
  const made = [];
  const { freshDatabase } =
    jest.requireActual<typeof import('@quartet/testing')>('@quartet/testing');
  for (const engine of testEngines()) made.push(await freshDatabase(engine));
  const apps = [];
  for (const { url } of made) apps.push(await anApp(url));
  await Promise.all(apps.map((app, i) => get(app, `/add/user${i}`)));
  const found = await Promise.all(apps.map((app) => get(app, '/all')));
  expect(found.map(({ body }) => body.users)).toEqual(apps.map((_, i) => [[`user${i}`, 1]]));
  await db.dispose();
  for (const database of made) await database.drop();
});

test('with several apps a call outside a request has to say which is meant', async () => {
  const apps = [express(), express()];
  for (const app of apps) await db.initApp(app, { url: 'sqlite://' });
  expect(() => db.engine).toThrow(/serves several apps.*db\.appContext/);
  await expect(User.findAll()).rejects.toThrow(/serves several apps/);
  expect(User.tableName).toBe('user');
  expect(() => new User({ name: 'x' })).toThrow(/serves several apps/);
});
