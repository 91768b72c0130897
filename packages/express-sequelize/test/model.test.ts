/** Models: names, text forms, abstract parents, mixins; ports test_model.py and test_model_name.py. */
import { inspect } from 'node:util';
import type { Query } from '@quartet/db-core/orm';
import { createEngine } from '@quartet/db-core';
import { utcDateTime } from '@quartet/db-sequelize';
import type { Inherited } from '@quartet/express-sequelize';
import { camelToSnakeCase } from '@quartet/express-sequelize';
import type { CreationOptional, Model as SequelizeModel } from 'sequelize';
import { DataTypes } from 'sequelize';
import { newApp, newDb, onEachEngine } from './support';

test.each([
  ['CamelCase', 'camel_case'],
  ['Snake_case', 'snake_case'],
  ['HTMLLayout', 'html_layout'],
  ['LayoutHTML', 'layout_html'],
  ['HTTP2Request', 'http2_request'],
  ['ShoppingCartSession', 'shopping_cart_session'],
  ['ABC', 'abc'],
  ['PreABC', 'pre_abc'],
  ['ABCPost', 'abc_post'],
  ['PreABCPost', 'pre_abc_post'],
  ['HTTP2RequestSession', 'http2_request_session'],
  ['UserST4', 'user_st4'],
  ['HTTP2ClientType3EncoderParametersSSE', 'http2_client_type3_encoder_parameters_sse'],
  ['LONGName4TestingCamelCase2snake_caseXYZ', 'long_name4_testing_camel_case2snake_case_xyz'],
  ['FooBarSSE2', 'foo_bar_sse2'],
  ['AlarmMessageSS2SignalTransformer', 'alarm_message_ss2_signal_transformer'],
  ['AstV2Node', 'ast_v2_node'],
  ['HTTPResponseCodeXYZ', 'http_response_code_xyz'],
  ['get2HTTPResponse123Code', 'get2_http_response123_code'],
])('the class %s has the table %s', (name, expected) => {
  expect(camelToSnakeCase(name)).toBe(expected);
});

test('a table is named after its class unless a name is given, as soon as it is declared', async () => {
  const db = newDb();
  class FOOBar extends db.Model {}
  FOOBar.init({});
  class BazBar extends db.Model {}
  BazBar.init({});
  class Ham extends db.Model {}
  Ham.init({}, { tableName: 'spam' });
  const names = (): string[] => [FOOBar, BazBar, Ham].map(({ tableName }) => tableName);
  expect(names()).toEqual(['foo_bar', 'baz_bar', 'spam']);
  expect([...db.tables().keys()]).toEqual(['foo_bar', 'baz_bar', 'spam']);
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
  expect(names()).toEqual(['foo_bar', 'baz_bar', 'spam']);
});

test('disableAutonaming leaves the name to Sequelize', async () => {
  const db = newDb({ disableAutonaming: true });
  class User extends db.Model {}
  User.init({});
  class Post extends db.Model {}
  Post.init({}, { tableName: 'post' });
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
  expect([User.tableName, Post.tableName]).toEqual(['Users', 'post']);
});

test("a subclass without init of its own has its parent's table", async () => {
  const db = newDb();
  class Duck extends db.Model {
    declare name: string;
  }
  Duck.init({ name: DataTypes.STRING });
  class Mallard extends Duck {}
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
  expect([Mallard.tableName, Object.hasOwn(Mallard, 'tableName')]).toEqual(['duck', false]);
  expect(Mallard.getAttributes()).toBe(Duck.getAttributes());
});

test('a subclass with init of its own has a table of its own', async () => {
  const db = newDb();
  class Duck extends db.Model {}
  Duck.init({ name: DataTypes.STRING });
  class Donald extends Duck {}
  Donald.init({ suit: DataTypes.STRING });
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
  expect([Duck.tableName, Donald.tableName]).toEqual(['duck', 'donald']);
  expect(Object.keys(Donald.getAttributes())).toEqual(['id', 'suit']);
  expect(Object.keys(Duck.getAttributes())).toEqual(['id', 'name']);
});

test('an abstract class has no table; its subclasses have their own, with its columns', async () => {
  const db = newDb();
  abstract class Base extends db.Model {}
  Base.init({ code: { type: DataTypes.STRING, primaryKey: true } }, { abstract: true });
  class Duck extends Base {}
  Duck.init({ name: DataTypes.STRING });
  abstract class Loud extends Base {}
  Loud.init({ volume: DataTypes.INTEGER, code: DataTypes.TEXT }, { abstract: true });
  class Goose extends Loud {}
  Goose.init({});
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
  expect([...db.tables().keys()]).toEqual(['duck', 'goose']);
  expect(Object.hasOwn(Base, 'tableName')).toBe(false);
  expect(Object.keys(Duck.getAttributes())).toEqual(['code', 'name']);
  expect(Object.keys(Goose.getAttributes()).toSorted()).toEqual(['code', 'id', 'volume']);
});

test('two classes of one name are refused, since Sequelize would let the second replace the first', () => {
  const db = newDb();
  const declare = (): void => {
    class User extends db.Model {}
    User.init({});
  };
  declare();
  expect(declare).toThrow(/A model named 'User' is declared already/);
});

test('a model without a primary key is given an id', async () => {
  const db = newDb();
  class User extends db.Model {}
  User.init({ name: DataTypes.STRING });
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
  expect(User.primaryKeyAttributes).toEqual(['id']);
});

/** Columns that any model may mix in. */
const timestamps = {
  created: utcDateTime({ defaultNow: true }),
  updated: utcDateTime({ allowNull: true }),
};

onEachEngine(({ fresh }) => {
  test('an abstract model gives its columns and hooks to its subclasses', async () => {
    const db = newDb();
    class Timestamped<M extends SequelizeModel> extends db.Model<M> {
      declare created: Inherited<CreationOptional<Date>>;
      declare updated: Inherited<CreationOptional<Date | null>>;

      static override associate(): void {
        this.addHook('beforeUpdate', (instance) => {
          (instance as Timestamped<never>).updated = new Date();
        });
      }
    }
    Timestamped.init(timestamps, { abstract: true });
    class Post extends Timestamped<Post> {
      declare id: CreationOptional<number>;
      declare title: string;
    }
    Post.init({ title: { type: DataTypes.STRING, allowNull: false } });
    await db.initApp(newApp({ DATABASE_URL: await fresh() }));
    await db.appContext(async () => {
      const post = new Post({ title: 'first' });
      db.session.add(post);
      await db.session.commit();
      expect([post.created instanceof Date, post.updated ?? null]).toEqual([true, null]);
      post.title = 'second';
      db.session.add(post);
      await db.session.commit();
      await db.session.refresh(post);
      expect(post.updated?.getTime()).toBeGreaterThanOrEqual(post.created.getTime());
    });
  });

  test('columns are mixed into the model that spreads them', async () => {
    const db = newDb();
    class Post extends db.Model<Post> {
      declare title: string;
      declare created: CreationOptional<Date>;
      declare updated: CreationOptional<Date | null>;
    }
    Post.init({ title: DataTypes.STRING, ...timestamps });
    class Page extends db.Model<Page> {
      declare created: CreationOptional<Date>;
      declare updated: CreationOptional<Date | null>;
    }
    Page.init({ ...timestamps });
    await db.initApp(newApp({ DATABASE_URL: await fresh() }));
    await db.appContext(async () => {
      for (const object of [await Post.create({ title: 'first' }), await Page.create()]) {
        expect([object.created instanceof Date, object.updated ?? null]).toEqual([true, null]);
        object.updated = new Date();
        await object.save();
        expect(object.updated).toBeInstanceOf(Date);
      }
    });
  });

  test('an object is shown as transient, pending, then by its primary key', async () => {
    const db = newDb();
    class User extends db.Model<User> {
      declare id: CreationOptional<number>;
    }
    User.init({});
    class Seat extends db.Model {}
    Seat.init({
      row: { type: DataTypes.INTEGER, primaryKey: true },
      letter: { type: DataTypes.STRING(1), primaryKey: true },
    });
    await db.initApp(newApp({ DATABASE_URL: await fresh() }));
    await db.appContext(async () => {
      const user = new User();
      const number = /^<User \(transient (\d+)\)>$/.exec(String(user))?.[1];
      expect(number).toBeDefined();
      expect(String(new User())).not.toBe(String(user));
      db.session.add(user);
      expect(String(user)).toBe(`<User (pending ${number})>`);
      await db.session.flush();
      expect(String(user)).toBe(`<User ${user.id}>`);
      expect(inspect([user])).toBe(`[ <User ${user.id}> ]`);
      expect(String(await Seat.create({ row: 3, letter: 'B' }))).toBe('<Seat 3, B>');
    });
    expect(String(new User())).toMatch(/transient/);
  });

  test("a class's own toString is what the REPL prints", async () => {
    const db = newDb();
    class User extends db.Model {
      declare static query: Query<User>;
      declare name: string;
      override toString(): string {
        return `<User ${inspect(this.name)}>`;
      }
    }
    User.init({ name: DataTypes.STRING });
    await db.initApp(newApp({ DATABASE_URL: await fresh() }));
    await db.appContext(async () => {
      db.session.add(new User({ name: 'admin' }));
      await db.session.commit();
      expect(inspect(await User.query.all())).toBe("[ <User 'admin'> ]");
    });
  });

  test("a class's own form for the REPL is what String gives, also where it asks for the default", async () => {
    const db = newDb();
    class User extends db.Model {
      declare id: number;
      declare name: string;
      override [inspect.custom](): string {
        return `${super[inspect.custom]()} ${inspect(this.name)}`;
      }
    }
    User.init({ name: DataTypes.STRING });
    await db.initApp(newApp({ DATABASE_URL: await fresh() }));
    await db.appContext(async () => {
      const user = await User.create({ name: 'admin' });
      expect([String(user), inspect(user)]).toEqual(Array(2).fill(`<User ${user.id}> 'admin'`));
    });
  });

  test('createAll makes what is missing and leaves the rest alone; dropAll takes it all', async () => {
    const db = newDb({ createTables: false });
    class User extends db.Model {
      declare static query: Query<User>;
    }
    User.init({});
    const url = await fresh();
    await db.initApp(newApp({ DATABASE_URL: url }));
    const count = () => db.appContext(() => User.query.count());
    await expect(count()).rejects.toMatchObject({ code: 'PROGRAMMING' });
    await db.createAll();
    await db.appContext(async () => {
      await User.create();
      await db.session.commit();
    });
    await db.createAll();
    expect(await count()).toBe(1);
    await db.dropAll();
    await expect(count()).rejects.toMatchObject({ code: 'PROGRAMMING' });
  });

  test('a model declared after initApp is known to the app; its table comes with the next createAll', async () => {
    const db = newDb();
    await db.initApp(newApp({ DATABASE_URL: await fresh() }));
    class Late extends db.Model {
      declare static query: Query<Late>;
    }
    Late.init({});
    const count = () => db.appContext(() => Late.query.count());
    await expect(count()).rejects.toMatchObject({ code: 'PROGRAMMING' });
    await db.createAll();
    expect(await count()).toBe(0);
  });

  test('a table is missing when the file of its model was imported after createAll', async () => {
    const db = newDb();
    const url = await fresh();
    await db.initApp(newApp({ DATABASE_URL: url }));
    class Forgotten extends db.Model {}
    Forgotten.init({});
    const engine = createEngine(url);
    await expect(engine.execute('select * from forgotten')).rejects.toMatchObject({
      code: 'PROGRAMMING',
    });
    await engine.dispose();
  });
});
