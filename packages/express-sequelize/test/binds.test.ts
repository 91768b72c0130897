/**
 * Several databases of one app; ports test_model_bind.py, test_table_bind.py, the bind tests of test_metadata.py
 * and test_session.py.
 */
import type { Query } from '@quartet/db-core/orm';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import type { SQLAlchemy } from '@quartet/express-sequelize';
import type { CreationOptional } from 'sequelize';
import { DataTypes } from 'sequelize';
import { newApp, newDb, onEachEngine } from './support';

test('a model lives in the default database unless it has a bindKey', () => {
  const db = newDb();
  class User extends db.Model {}
  User.init({});
  class Account extends db.Model {
    static override readonly bindKey = 'other';
  }
  Account.init({});
  expect(db.tables().get('user')).toBe(User);
  expect(db.tables('other').get('account')).toBe(Account);
  expect([db.tables().has('account'), db.tables('other').has('user')]).toEqual([false, false]);
});

test('a subclass lives where its parent does, abstract or not', () => {
  const db = newDb();
  class User extends db.Model {
    static override readonly bindKey: string = 'auth';
  }
  User.init({});
  class Admin extends User {}
  Admin.init({});
  abstract class Logged extends db.Model {
    static override readonly bindKey: string = 'log';
  }
  Logged.init({}, { abstract: true });
  class Visit extends Logged {}
  Visit.init({});
  expect(db.tables('auth').get('admin')).toBe(Admin);
  expect(db.tables('log').get('visit')).toBe(Visit);
  expect(Object.hasOwn(Admin, 'bindKey')).toBe(false);
});

test('a table without a class lives where its bindKey says', () => {
  const db = newDb();
  const user = db.define('user', {});
  const other = db.define('user', {}, { bindKey: 'other' });
  expect([db.tables().get('user'), db.tables('other').get('user')]).toEqual([user, other]);
  expect(user).not.toBe(other);
});

/** One model in each of two databases. */
function declareTwo(db: SQLAlchemy) {
  class User extends db.Model<User> {
    declare static query: Query<User>;
    declare id: CreationOptional<number>;
    declare name: string;
  }
  User.init({ name: { type: DataTypes.STRING(50), allowNull: false } });
  class Product extends db.Model<Product> {
    declare static query: Query<Product>;
    static override readonly bindKey: string = 'db1';
    declare id: CreationOptional<number>;
    declare name: string;
  }
  Product.init({ name: { type: DataTypes.STRING(50), allowNull: false, unique: true } });
  return { User, Product };
}

onEachEngine(({ fresh }) => {
  async function two(options?: Parameters<typeof newDb>[0]) {
    const db = newDb(options);
    const models = declareTwo(db);
    const urls = [await fresh(), await fresh()] as const;
    await db.initApp(newApp({ DATABASE_URL: urls[0], SQLALCHEMY_BINDS: { db1: urls[1] } }));
    const names = (model: typeof models.User | typeof models.Product): Promise<string[]> =>
      db.appContext(async () => {
        const query = db.session.query<{ name: string }>(model);
        return (await query.all()).map(({ name }) => name).toSorted();
      });
    return { db, urls, names, ...models };
  }

  test('a session uses the engine of each model', async () => {
    const { db, User, Product } = await two();
    await db.appContext(async () => {
      await User.query.count();
      await Product.query.count();
      expect(db.session.engines).toEqual([db.engine, db.engines.get('db1')]);
      expect(db.session.connection('db1').engine).toBe(db.engines.get('db1'));
      expect(() => db.session.connection('db2')).toThrow(
        /Bind key 'db2' is not in this session's binds \(db1\)/,
      );
    });
    expect([User, Product].map((model) => model.sequelize === db.sequelize)).toEqual([true, false]);
  });

  test('one session inserts 2 + 2 rows in two databases, and commits both', async () => {
    const { db, urls, names, User, Product } = await two();
    await db.appContext(async () => {
      db.session.addAll([new User({ name: 'User1' }), new User({ name: 'User2' })]);
      await Product.bulkCreate([{ name: 'Product1' }, { name: 'Product2' }]);
      await db.session.commit();
    });
    expect(await names(User)).toEqual(['User1', 'User2']);
    expect(await names(Product)).toEqual(['Product1', 'Product2']);
    const other = createEngine(urls[1]);
    expect((await other.execute('select name from product order by id')).scalars()).toEqual([
      'Product1',
      'Product2',
    ]);
    await other.dispose();
  });

  test('a rollback undoes the work in both databases', async () => {
    const { db, names, User, Product } = await two();
    await db.appContext(async () => {
      await User.create({ name: 'gone' });
      await Product.create({ name: 'gone' });
      await db.session.rollback();
    });
    await db.appContext(async () => {
      await User.create({ name: 'gone' });
      await Product.create({ name: 'gone' });
    });
    expect([await names(User), await names(Product)]).toEqual([[], []]);
    for (const engine of db.engines.values()) expect(engine.status().inUse).toBe(0);
  });

  test('a flush that fails in one database undoes both', async () => {
    const { db, names, User, Product } = await two();
    await db.appContext(async () => {
      await Product.create({ name: 'taken' });
      await db.session.commit();
      db.session.addAll([new User({ name: 'ann' }), new Product({ name: 'taken' })]);
      await expect(db.session.commit()).rejects.toMatchObject({ code: 'INTEGRITY' });
      await db.session.rollback();
    });
    expect([await names(User), await names(Product)]).toEqual([[], ['taken']]);
  });

  test('a class that the session does not reach is refused, not written outside its transaction', async () => {
    const { db, Product } = await two();
    const Other = scopedSession(sessionmaker({ bind: db.engine }));
    await db.appContext(() =>
      runInScope(() => {
        expect(() => Other.add(new Product({ name: 'x' }))).toThrow(
          /Class 'Product' is mapped on <Engine .*>, which this session does not reach/,
        );
        expect(() => Other.query(Product)).toThrow(/does not reach/);
      }),
    );
  });

  test('a scoped session per engine has a transaction of its own', async () => {
    const { db, names, User, Product } = await two();
    const engine = db.engines.get('db1');
    const Products = scopedSession(sessionmaker(engine ? { bind: engine } : {}));
    const Users = scopedSession(sessionmaker({ bind: db.engine }));
    await db.appContext(async () => {
      Users.add(new User({ name: 'kept' }));
      Products.add(new Product({ name: 'dropped' }));
      await Users.commit();
      await Products.flush();
      await Products.rollback();
    });
    expect([await names(User), await names(Product)]).toEqual([['kept'], []]);
  });

  test('createAll and dropAll work on every database', async () => {
    const { db, names, User, Product } = await two({ createTables: false });
    const missing = { code: 'PROGRAMMING' };
    for (const model of [User, Product]) await expect(names(model)).rejects.toMatchObject(missing);
    await db.createAll();
    expect([await names(User), await names(Product)]).toEqual([[], []]);
    await db.dropAll();
    for (const model of [User, Product]) await expect(names(model)).rejects.toMatchObject(missing);
  });

  test.each([['db1'], [['db1']]])(
    'createAll(%j) makes the tables of that database only',
    async (binds) => {
      const { db, names, User, Product } = await two({ createTables: false });
      await db.createAll(binds);
      expect(await names(Product)).toEqual([]);
      await expect(names(User)).rejects.toMatchObject({ code: 'PROGRAMMING' });
      await db.createAll(null);
      expect(await names(User)).toEqual([]);
      await expect(db.createAll('db2')).rejects.toThrow(
        /Bind key 'db2' is not among this app's databases: \(default\), db1/,
      );
    },
  );

  test('one table name is used in two databases', async () => {
    const db = newDb();
    class UserA extends db.Model {
      declare static query: Query<UserA>;
    }
    UserA.init({ name: DataTypes.STRING }, { tableName: 'user' });
    class UserB extends db.Model {
      declare static query: Query<UserB>;
      static override readonly bindKey = 'other';
    }
    UserB.init({ name: DataTypes.STRING }, { tableName: 'user' });
    expect([db.tables().get('user'), db.tables('other').get('user')]).toEqual([UserA, UserB]);
    await db.initApp(
      newApp({ DATABASE_URL: await fresh(), SQLALCHEMY_BINDS: { other: await fresh() } }),
    );
    await db.appContext(async () => {
      await UserA.create({ name: 'a' });
      await UserB.bulkCreate([{ name: 'b' }, { name: 'c' }]);
      await db.session.commit();
      expect([await UserA.query.count(), await UserB.query.count()]).toEqual([1, 2]);
    });
  });

  test('reflect reads the tables of both databases, and models take them over', async () => {
    const url = await fresh();
    const settings = { DATABASE_URL: url, SQLALCHEMY_BINDS: { post: await fresh() } };
    const before = newDb();
    before.define('user', { name: { type: DataTypes.STRING(50), allowNull: false } });
    before.define('post', { title: DataTypes.STRING(50) }, { bindKey: 'post' });
    await before.initApp(newApp(settings));

    const db = newDb();
    await db.initApp(newApp(settings));
    expect(db.tables().size).toBe(0);
    await db.reflect();
    expect([[...db.tables().keys()], [...db.tables('post').keys()]]).toEqual([['user'], ['post']]);
    expect(db.tables().get('user')?.getAttributes()['name']?.type).toBeInstanceOf(DataTypes.STRING);

    class User extends db.Model {
      declare static query: Query<User>;
      declare name: string;
    }
    User.init(db.tables().get('user'));
    class Post extends db.Model {
      static override readonly bindKey = 'post';
      declare static query: Query<Post>;
    }
    Post.init(db.tables('post').get('post'));
    await db.appContext(async () => {
      db.session.addAll([new User({ name: 'ann' }), new Post({ title: 'first' })]);
      await db.session.commit();
      expect((await User.query.one()).name).toBe('ann');
      expect(await Post.query.count()).toBe(1);
      await expect(User.create({ name: null })).rejects.toMatchObject({ name: /ValidationError/ });
    });
    expect(() => {
      class Wrong extends db.Model {}
      Wrong.init(db.tables('post').get('post'));
    }).toThrow(/Wrong\.init\(table\) wants a table of its own database/);
  });
});

test('an app that lacks the database of a model is refused with the keys it has', async () => {
  const db = newDb();
  declareTwo(db);
  await expect(db.initApp(newApp({ DATABASE_URL: 'sqlite://' }))).rejects.toThrow(
    /Bind key 'db1' is not among this app's databases: \(default\)\. Add it to SQLALCHEMY_BINDS/,
  );
});
