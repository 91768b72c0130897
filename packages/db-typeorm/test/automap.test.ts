/** Classes from tables that are there, in a session. */
import type { Class } from '@quartet/db-core/binding';
import { createEngine, runInScope } from '@quartet/db-core';
import { bindTypeorm, createAll, mapper } from '@quartet/db-typeorm';
import { automap, reflectTables } from '@quartet/db-typeorm/reflection';
import { createTables, reflect } from '@quartet/db-core/reflection';
import { dropTheirTables, freshDatabase, makeTheirTables } from '@quartet/testing';
import type { DataSource, ObjectLiteral } from 'typeorm';
import { onEachEngine } from '@quartet/conformance/binding';

onEachEngine((fixture) => {
  const bound: DataSource[] = [];
  async function bind(entities: Function[]): Promise<DataSource> {
    const dataSource = await bindTypeorm(fixture.engine, { entities });
    bound.push(dataSource);
    return dataSource;
  }
  beforeEach(() => makeTheirTables(fixture.engine, fixture.name));
  afterEach(async () => {
    for (const dataSource of bound.splice(0)) await dataSource.destroy();
    await dropTheirTables(fixture.engine);
  });

  test('automap makes a class for each table that has a primary key', async () => {
    const classes = await automap(fixture.engine);
    expect(Object.keys(classes)).toEqual(['letters', 'messages', 'users']);
    expect(classes['users']?.name).toBe('users');
  });

  test('objects are added, queried, changed and deleted; columns have their values, defaults theirs', async () => {
    const { users: User, messages: Message } = await automap(fixture.engine, {
      only: ['users', 'messages'],
    });
    await bind([User, Message]);
    const { Session } = fixture;
    await runInScope(async () => {
      const user = new User({
        name: 'admin',
        active: true,
        score: '12.30',
        doc: { a: [1] },
        photo: Buffer.from([1, 2]),
        born: '2026-11-22',
      });
      const message = new Message({ user, body: 'hello' });
      Session.addAll([message, user]); // the user is saved first
      await Session.commit();

      const found = await Session.query(User as Class<ObjectLiteral>)
        .filterBy({ name: 'admin' })
        .one();
      expect(found).toMatchObject({
        id: user['id'],
        active: true,
        doc: { a: [1] },
        photo: Buffer.from([1, 2]),
        born: '2026-11-22',
      });
      expect(Number(found['score'])).toBe(12.3);
      const [stored] = await Session.query(Message as Class<ObjectLiteral>).all();
      expect(stored).toMatchObject({ user_id: user['id'], body: 'hello', stars: 3 });
      expect(Math.abs(stored?.['created_at'] - Date.now())).toBeLessThan(60_000);

      found['name'] = 'root';
      Session.add(found);
      Session.delete(stored as object);
      await Session.commit();
      expect((await Session.get(User, user['id']))?.['name']).toBe('root');
      expect(await Session.query(Message).count()).toBe(0);
    });
  });

  test('foreign keys are relations, both ways; two to the same table have names of their own', async () => {
    const {
      users: User,
      letters: Letter,
      messages: Message,
    } = await automap(fixture.engine, {
      only: ['users', 'letters', 'messages'],
    });
    const dataSource = await bind([User, Letter, Message]);
    await runInScope(async () => {
      const [ann, bob] = [new User({ name: 'ann' }), new User({ name: 'bob' })];
      fixture.Session.addAll([
        new Letter({ code: 'x', part: 1, sender: ann, recipient: bob }),
        new Message({ user: ann, body: 'one' }),
        ann,
        bob,
      ]);
      await fixture.Session.commit();
      const letter = await dataSource.manager.findOneOrFail(Letter, {
        where: { code: 'x', part: 1 },
        relations: { sender: true, recipient: true },
      });
      expect([letter['sender'].name, letter['recipient'].name]).toEqual(['ann', 'bob']);
      const user = await dataSource.manager.findOneOrFail(User, {
        where: { name: 'ann' },
        relations: { messages_collection: true, letters_sender_collection: true },
      });
      expect(user['messages_collection']).toMatchObject([{ body: 'one' }]);
      expect(user['letters_sender_collection']).toMatchObject([{ code: 'x' }]);
    });
  });

  test('a class of your own takes over a table', async () => {
    class User {
      id!: number;
      constructor(public name: string) {}
    }
    const { users } = await reflectTables(fixture.engine, { only: ['users'] });
    mapper(User, users);
    await bind([User]);
    await runInScope(async () => {
      fixture.Session.add(new User('ann'));
      await fixture.Session.commit();
      expect(await fixture.Session.query(User).filterBy({ name: 'ann' }).one()).toBeInstanceOf(
        User,
      );
    });
  });

  test('createAll makes the tables again elsewhere, to the same effect', async () => {
    const classes = await automap(fixture.engine);
    const database = await freshDatabase(fixture);
    const engine = createEngine(database.url);
    const dataSource = await bindTypeorm(engine, { entities: Object.values(classes) });
    await createAll(dataSource);
    const told = async (of: typeof engine) =>
      (await reflect(of, { only: ['letters', 'messages', 'users'] })).map((table) => [
        table.name,
        table.columns.map(({ name, nullable }) => [name, nullable]),
        table.primaryKey,
        table.foreignKeys
          .map(({ columns, table: target, onDelete }) => `${columns} ${target} ${onDelete}`)
          .sort((one, other) => one.localeCompare(other)),
      ]);
    expect(await told(engine)).toEqual(await told(fixture.engine));
    await dataSource.destroy();
    await engine.dispose();
    await database.drop();
  });

  test('a copy by createTables serves the same classes', async () => {
    const database = await freshDatabase(fixture);
    const engine = createEngine(database.url);
    await createTables(engine, await reflect(fixture.engine));
    const { users: User } = await automap(engine, { only: ['users'] });
    const dataSource = await bindTypeorm(engine, { entities: [User] });
    await dataSource.manager.save(new User({ name: 'ann' }));
    expect(await dataSource.manager.countBy(User, { name: 'ann' })).toBe(1);
    await dataSource.destroy();
    await engine.dispose();
    await database.drop();
  });

  test('a table without a primary key, or one that is not there, is refused by its name', async () => {
    await expect(automap(fixture.engine, { only: ['logs'] })).rejects.toMatchObject({
      message: expect.stringMatching(/^The table 'logs' has no primary key/),
    });
    await expect(reflectTables(fixture.engine, { only: ['nobody'] })).rejects.toMatchObject({
      message: expect.stringMatching(/has no table 'nobody'/),
    });
  });
});
