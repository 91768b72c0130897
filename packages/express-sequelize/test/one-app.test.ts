/** A `db` object serves one app at a time. After `dispose()` another follows, on a database of any kind. */
import type { Query } from '@quartet/db-core/orm';
import { createEngine, InvalidRequestError } from '@quartet/db-core';
import { SQLAlchemy } from '@quartet/express-sequelize';
import { freshDatabase, testEngines } from '@quartet/testing';
import type { Application } from 'express';
import type {
  BelongsToManyAddAssociationMixin,
  BelongsToManyGetAssociationsMixin,
  CreationOptional,
  ForeignKey,
  NonAttribute,
} from 'sequelize';
import { DataTypes } from 'sequelize';
import { get, newApp, onEachEngine } from './support';

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
      (user as User).name += '!';
    });
  }
}
User.init({ name: { type: DataTypes.STRING(50), unique: true, allowNull: false } });

class Message extends db.Model<Message> {
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
  const app = newApp({ DATABASE_URL: url });
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
      scoped: await User.scope({ method: ['named', 'ann!'] }).count(),
      queried: await User.query.count(),
    });
  });
  return app;
}

afterEach(() => db.dispose());

test('after dispose() the same models serve the next app, on every kind of database in turn', async () => {
  for (const engine of [...testEngines(), ...testEngines()]) {
    const database = await freshDatabase(engine.name);
    const app = await anApp(database.url);
    await get(app, '/add/ann');
    expect((await get(app, '/all')).body).toEqual({
      users: [['ann!', 1]], // not: ann!!, by the hook of the app before
      authors: ['ann!'],
      tags: ['of ann!'],
      scoped: 1,
      queried: 1,
    });
    await db.dispose();
    await database.drop();
  }
});

onEachEngine(({ fresh }) => {
  test('a second app is refused in words, and the first goes on', async () => {
    const first = await anApp(await fresh());
    const second = newApp({ DATABASE_URL: await fresh() });
    const refused = db.initApp(second);
    await expect(refused).rejects.toThrow(InvalidRequestError);
    await expect(refused).rejects.toThrow(
      /has an app already.*db\.initApp was called for two apps.*await db\.dispose\(\) first.*new SQLAlchemy\(\)/,
    );
    await expect(db.init({ url: 'sqlite://' })).rejects.toThrow(/has an app already/);
    await get(first, '/add/ann');
    expect((await get(first, '/all')).body).toMatchObject({ queried: 1 });
    await db.dispose();
    await db.initApp(second);
    await db.appContext(async () => expect(await User.query.count()).toBe(0));
  });

  test('of two calls at the same time for two apps, the second is refused', async () => {
    const urls = [await fresh(), await fresh()];
    const both = await Promise.allSettled(
      urls.map((url) => db.initApp(newApp({ DATABASE_URL: url }))),
    );
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('an app whose engine its owner has disposed is gone: the next one takes its place', async () => {
    const engine = createEngine(await fresh());
    const app = newApp();
    await db.initApp(app, { engine });
    await engine.dispose();
    await db.initApp(app, { url: await fresh() });
    await db.appContext(async () => {
      await User.create({ name: 'eve' });
      await db.session.commit();
      expect(await User.query.count()).toBe(1);
    });
  });

  test('after dispose() models and session are refused, and an engine that was handed in goes on', async () => {
    const engine = createEngine(await fresh());
    await db.initApp(newApp(), { engine });
    await db.dispose();
    const forgotten = /await db\.initApp\(app\)/;
    expect(() => new User({ name: 'x' })).toThrow(forgotten);
    await expect(User.findAll()).rejects.toThrow(forgotten);
    expect(() => User.query).toThrow(forgotten);
    expect(() => db.session()).toThrow(forgotten);
    expect(() => db.engine).toThrow(forgotten);
    expect((await engine.execute('select 1')).scalar()).toBe(1);
    await engine.dispose();
  });

  test('dispose() while initApp is under way refuses it, and the next app is served', async () => {
    const engine = createEngine(await fresh());
    const begun = db.initApp(newApp(), { engine });
    await db.dispose();
    await expect(begun).rejects.toThrow(/db\.dispose\(\) was called before/);
    await db.initApp(newApp(), { engine });
    await db.appContext(async () => expect(await User.query.count()).toBe(0));
    await db.dispose();
    await engine.dispose();
  });
});
