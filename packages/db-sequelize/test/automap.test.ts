/** Models from tables that are there, in a session. */
import type { Class } from '@quartet/db-core/binding';
import { runInScope } from '@quartet/db-core';
import { bindSequelize } from '@quartet/db-sequelize';
import { automap, reflectTables } from '@quartet/db-sequelize/reflection';
import { dropTheirTables, makeTheirTables } from '@quartet/testing';
import type { Sequelize } from 'sequelize';
import { Model } from 'sequelize';
import { onEachEngine } from '@quartet/conformance/binding';

type Any = Record<string, any>; // oxlint-disable-line no-explicit-any -- attributes that no type tells of

onEachEngine((fixture) => {
  let sequelize: Sequelize;
  beforeEach(async () => {
    await makeTheirTables(fixture.engine, fixture.name);
    sequelize = await bindSequelize(fixture.engine);
  });
  afterEach(async () => {
    await sequelize.close();
    await dropTheirTables(fixture.engine);
  });

  test('automap defines a model for each table that has a primary key', async () => {
    const models = await automap(sequelize);
    expect(Object.keys(models)).toEqual(['letters', 'messages', 'users']);
    expect(sequelize.models['users']).toBe(models['users']);
    expect(models['letters']?.primaryKeyAttributes).toEqual(['code', 'part']);
  });

  test('objects are added, queried, changed and deleted; columns have their values, defaults theirs', async () => {
    const { users: User, messages: Message } = await automap(sequelize, {
      only: ['users', 'messages'],
    });
    const { Session } = fixture;
    await runInScope(async () => {
      const user = new User({
        name: 'admin',
        active: true,
        score: '12.30',
        doc: { a: [1] },
        photo: Buffer.from([1, 2]),
        born: '2026-11-22',
      }) as Model & Any;
      const message = Object.assign(new Message({ body: 'hello' }), { user });
      Session.addAll([message, user]); // the user is saved first
      await Session.commit();

      const found = (await Session.query(User as Class<Any>)
        .filterBy({ name: 'admin' })
        .one()) as Any;
      expect(found['get']()).toMatchObject({
        id: user['id'],
        active: true,
        doc: { a: [1] },
        photo: Buffer.from([1, 2]),
        born: '2026-11-22',
      });
      expect(Number(found['score'])).toBe(12.3);
      const [stored] = (await Session.query(Message as Class<Any>).all()) as Any[];
      expect(stored?.['get']()).toMatchObject({ user_id: user['id'], body: 'hello', stars: 3 });
      expect(Math.abs(stored?.['created_at'] - Date.now())).toBeLessThan(60_000);

      found['name'] = 'root';
      Session.add(found);
      Session.delete(stored as object);
      await Session.commit();
      expect(((await Session.get(User as Class<Any>, user['id'])) as Any)['name']).toBe('root');
      expect(await Session.query(Message as Class).count()).toBe(0);
    });
  });

  test('foreign keys are associations, both ways; two to the same table have names of their own', async () => {
    const {
      users: User,
      letters: Letter,
      messages: Message,
    } = await automap(sequelize, {
      only: ['users', 'letters', 'messages'],
    });
    await runInScope(async () => {
      await User.bulkCreate([{ name: 'ann' }, { name: 'bob' }]);
      const [ann, bob] = (await User.findAll({ order: ['name'] })) as Any[];
      await Letter.create({
        code: 'x',
        part: 1,
        sender_id: ann?.['id'],
        recipient_id: bob?.['id'],
      });
      await Message.create({ user_id: ann?.['id'], body: 'one' });
      const letter = (await Letter.findOne({ include: ['sender', 'recipient'] })) as Any;
      expect([letter['sender'].name, letter['recipient'].name]).toEqual(['ann', 'bob']);
      const user = (await User.findOne({
        where: { name: 'ann' },
        include: ['messages_collection', 'letters_sender_collection'],
      })) as Any;
      expect(user['messages_collection'][0].body).toBe('one');
      expect(user['letters_sender_collection'][0].code).toBe('x');
    });
  });

  test('a model of your own takes over a table, and automap leaves it alone', async () => {
    class User extends Model {
      declare id: number;
      declare name: string;
    }
    const { users } = await reflectTables(fixture.engine, { only: ['users'] });
    User.init(users.attributes, { sequelize, ...users.options });
    await runInScope(async () => {
      fixture.Session.add(new User({ name: 'ann' }));
      await fixture.Session.commit();
      expect((await User.findOne())?.name).toBe('ann');
      await expect(User.create({ name: null })).rejects.toMatchObject({ name: /ValidationError/ });
    });
    const { users: same, messages: Message } = await automap(sequelize, {
      only: ['users', 'messages'],
    });
    expect(same).toBe(User);
    expect(User.associations).toEqual({});
    expect(Message.associations['user']?.target).toBe(User);
  });

  test('a table without a primary key, or one that is not there, is refused by its name', async () => {
    await expect(automap(sequelize, { only: ['logs'] })).rejects.toMatchObject({
      message: expect.stringMatching(/^The table 'logs' has no primary key/),
    });
    await expect(reflectTables(fixture.engine, { only: ['nobody'] })).rejects.toMatchObject({
      message: expect.stringMatching(/has no table 'nobody'/),
    });
  });
});

test('a Sequelize that is not bound is refused', async () => {
  await expect(automap({} as Sequelize)).rejects.toMatchObject({
    message: expect.stringMatching(/^This Sequelize is not bound to an engine/),
  });
});
