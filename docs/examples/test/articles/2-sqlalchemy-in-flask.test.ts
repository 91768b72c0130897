/** Article 2: the lines at the prompt, in the ways that it shows. */
import { IntegrityError, runInScope } from '@quartet/db-core';
import { columns } from '@quartet/db-core/orm';
import { reflect } from '@quartet/db-core/reflection';
import * as classical from '../../src/articles/2-sqlalchemy-in-flask/classical';
import * as declarative from '../../src/articles/2-sqlalchemy-in-flask/declarative';
import { declareTables, transcript } from '../../src/articles/2-sqlalchemy-in-flask/sql-builder';
import { closeOnce, onEachEngine, repr } from './support';

test.each(Object.entries({ classical, declarative }))(
  '%s: the engine has the article’s file, and opens nothing before it is used',
  (_name, { engine }) => {
    expect(engine.url.database).toBe('/tmp/test.db');
    expect(engine.status()).toMatchObject({ size: 0, opened: 0 });
  },
);

onEachEngine((stage) => {
  afterEach(() => closeOnce(declarative.User.sequelize));

  test('declarative: the lines at the prompt print what the article prints', async () => {
    const { dbSession, initDb, User } = declarative;
    const { name } = columns(User);
    const printed: string[] = [];
    const print = (value: unknown): number => printed.push(repr(value));
    dbSession.configure({ bind: stage.engine });
    // #region models
    // [2] >>> init_db()
    await initDb(stage.engine);

    // [2] >>> from yourapplication.database import db_session
    // => at a prompt, `npm run shell` does this; in code, work outside requests says where it begins and ends
    await runInScope(async () => {
      // [2] >>> u = User('admin', 'admin@localhost')
      // => a class of Sequelize takes an object; one mapped by hand has the constructor that you write
      const u = new User({ name: 'admin', email: 'admin@localhost' });

      // [2] >>> db_session.add(u)
      dbSession.add(u);

      // [2] >>> db_session.commit()
      await dbSession.commit();

      // [2] >>> User.query.all()
      // => `[ <User 'admin'> ]`
      print(await User.query.all());

      // [2] >>> User.query.filter(User.name == 'admin').first()
      // => `<User 'admin'>`, with `const { name } = columns(User)`; JavaScript's own `==` is refused
      print(await User.query.filter(name.eq('admin')).first());
    });
    // #endregion
    expect(printed).toEqual(["[<User 'admin'>]", "<User 'admin'>"]);
  });

  test('classical: the lines at the prompt print what the article prints', async () => {
    const { dbSession, initDb, User } = classical;
    const { name } = columns(User);
    const printed: string[] = [];
    const print = (value: unknown): number => printed.push(repr(value));
    dbSession.configure({ bind: stage.engine });
    await initDb(stage.engine);
    await runInScope(async () => {
      const u = new User('admin', 'admin@localhost');
      dbSession.add(u);
      await dbSession.commit();
      print(await User.query.all());
      print(await User.query.filter(name.eq('admin')).first());
    });
    expect(printed).toEqual(["[<User 'admin'>]", "<User 'admin'>"]);
  });

  test.each(Object.entries({ classical, declarative }))(
    '%s: the article’s columns: unique, of their lengths, and nullable',
    async (_name, { dbSession, initDb, User }) => {
      dbSession.configure({ bind: stage.engine });
      await initDb(stage.engine);
      const [users] = await reflect(stage.engine, { only: ['users'] });
      expect(users?.columns).toMatchObject([
        { name: 'id', nullable: false },
        { name: 'name', nullable: true, type: expect.stringMatching(/\(50\)$/) },
        { name: 'email', nullable: true, type: expect.stringMatching(/\(120\)$/) },
      ]);
      const add = (email: string): Promise<void> =>
        runInScope(async () => {
          const user = new User();
          user.name = 'admin';
          user.email = email;
          dbSession.add(user);
          await dbSession.commit();
        });
      await add('a@localhost');
      await expect(add('b@localhost')).rejects.toThrow(IntegrityError);
      await runInScope(async () => {
        dbSession.addAll([new User(), new User()]); // all arguments are optional
        await dbSession.commit();
        expect(await User.query.filterBy({ name: null }).count()).toBe(2);
      });
    },
  );

  test.each(Object.entries({ classical, declarative }))(
    '%s: the article’s condition as JavaScript compares it is refused, and lets nobody in',
    async (_name, { dbSession, initDb, User }) => {
      dbSession.configure({ bind: stage.engine });
      await initDb(stage.engine);
      await runInScope(async () => {
        const admin = new User();
        admin.name = 'admin';
        dbSession.add(admin);
        await dbSession.commit();
        const { name } = columns<{ name: string | null }>(User);
        const compared: unknown[] = [User.name === 'nobody', (u: { name: string }) => u.name];
        for (const condition of compared)
          expect(() => User.query.filter(condition as never)).toThrow(/which is no condition/);
        expect(await User.query.filter(name.eq('nobody') as never).first()).toBeUndefined();
      });
    },
  );

  test('SQL layer: the lines at the prompt print what the article prints', async () => {
    const printed: string[] = [];
    await declareTables(stage.engine);
    await transcript(stage.engine, (value) => printed.push(repr(value)));
    expect(printed).toEqual([
      "['id', 'name', 'email']",
      "(1, 'admin', 'admin@localhost')",
      "'admin'",
      "'admin'",
      "(1, 'admin', 'admin@localhost')",
    ]);
  });
});
