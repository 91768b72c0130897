/** The db object and its apps; ports test_extension_object.py, test_extension_repr.py and test_cli.py. */
import type { Query } from '@quartet/db-core/orm';
import { NotFoundError } from '@quartet/db-core/orm';
import { NoActiveScopeError, runInScope } from '@quartet/db-core';
import { requestScopesOf } from '@quartet/db-core/express';
import { Model, SQLAlchemy } from '@quartet/express-sequelize';
import type { Application } from 'express';
import express from 'express';
import type { CreationOptional, ForeignKey, NonAttribute } from 'sequelize';
import { DataTypes } from 'sequelize';
import { get, newApp, newDb, onEachEngine, selects, withTodos } from './support';

describe('initApp', () => {
  test('without an Express app it says how to call it', async () => {
    for (const nothing of [undefined, null, {}, express.Router(), 'app'])
      await expect(newDb().initApp(nothing as unknown as Application)).rejects.toThrow(
        /without an Express app.*const app = express\(\); await db\.initApp\(app\)/,
      );
  });

  test('a second call on one app is refused, by the same and by another db object', async () => {
    const app = newApp({ DATABASE_URL: 'sqlite://' });
    const db = newDb();
    await db.initApp(app);
    for (const second of [db, newDb()])
      await expect(second.initApp(app)).rejects.toThrow(
        "A 'SQLAlchemy' instance has already been registered on this Express app. Import and use that instance instead.",
      );
  });

  test('two calls at the same time on one app: the second is refused', async () => {
    const app = newApp({ DATABASE_URL: 'sqlite://' });
    const db = newDb();
    const both = await Promise.allSettled([db.initApp(app), db.initApp(app)]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('after it failed, it may be called again', async () => {
    const db = newDb();
    const app = newApp({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' });
    await expect(db.initApp(app)).rejects.toThrow(/reached|refused|ECONNREFUSED/);
    expect(String(db)).toBe('<SQLAlchemy>');
    app.set('DATABASE_URL', 'sqlite://');
    await db.initApp(app);
    expect(String(db)).toBe('<SQLAlchemy sqlite://>');
  });

  test('where a table cannot be made, nothing of the app is kept', async () => {
    const db = newDb();
    const Broken = db.define('broken', { name: { type: 'no such type (((' } });
    const app = newApp({ DATABASE_URL: 'sqlite://' });
    await expect(db.initApp(app)).rejects.toThrow(/syntax error/);
    expect(String(db)).toBe('<SQLAlchemy>');
    expect(() => new Broken()).toThrow(/before the model was defined/);
    await expect(db.initApp(app)).rejects.toThrow(/syntax error/); // not: called twice
  });

  test('what is used before it names it', async () => {
    const db = newDb();
    class User extends db.Model {}
    User.init({ name: DataTypes.STRING });
    const forgotten = /await db\.initApp\(app\)/;
    expect(() => db.session()).toThrow(forgotten);
    expect(() => db.session.add({})).toThrow(forgotten);
    expect(() => db.engines).toThrow(forgotten);
    await expect(db.createAll()).rejects.toThrow(forgotten);
    expect(() => User.query).toThrow(forgotten);
    expect(() => new User({ name: 'x' })).toThrow(forgotten);
    expect(() => User.hasMany(User)).toThrow(
      /static override associate\(\) \{ User\.hasMany\(…\); \}/,
    );
    await expect(User.findAll()).rejects.toThrow(forgotten);
    await expect(User.create({ name: 'x' })).rejects.toThrow(forgotten);
    await expect(db.appContext(() => undefined)).rejects.toThrow(forgotten);
    await runInScope(() => expect(() => db.session.add({})).toThrow(forgotten));
  });

  test('a session outside a request says which calls of db give one', async () => {
    const { db, Todo } = await withTodos('sqlite://');
    for (const use of [() => db.session(), () => db.session.new, () => Todo.query]) {
      expect(use).toThrow(NoActiveScopeError);
      expect(use).toThrow(/await db\.initApp\(app\) before your routes.*await db\.appContext\(/);
    }
    expect(db.session.has()).toBe(false);
  });

  test('a model whose init was forgotten says so', async () => {
    const db = newDb();
    class User extends db.Model {}
    await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
    expect(() => new User()).toThrow(
      /new User\(\) was used before the model was defined\. Call its init/,
    );
  });

  test('it joins the request scopes an app has already', async () => {
    const { initApp } = await import('@quartet/db-core/express');
    const app = newApp({ DATABASE_URL: 'sqlite://' });
    const scopes = initApp(app);
    await newDb().initApp(app);
    expect(requestScopesOf(app)).toBe(scopes);
  });

  test('takes the steps of the article in their order', async () => {
    const steps: string[] = [];
    const db = newDb({ sessionOptions: { scopefunc: () => 1 } });
    class User extends db.Model {
      static override associate(): void {
        steps.push('models');
      }
    }
    User.init({});
    const app = newApp({ DATABASE_URL: 'sqlite://' });
    const options = {
      echo: (line: string) => void (/create table/i.test(line) && steps.push('tables')),
    };
    const use = app.use.bind(app);
    app.use = ((...handlers: Parameters<typeof use>) => {
      steps.push('teardown');
      return use(...handlers);
    }) as typeof use;
    await db.initApp(app, options);
    expect(steps).toEqual(['models', 'tables', 'teardown']);
    expect(User.query).toBeInstanceOf(db.Query);
  });
});

onEachEngine(({ fresh }) => {
  test('init serves a script that has no app', async () => {
    const db = newDb();
    class User extends db.Model {
      declare static query: Query<User>;
      declare name: string;
    }
    User.init({ name: DataTypes.STRING });
    await db.init({ url: await fresh() });
    await db.appContext(async () => {
      db.session.add(new User({ name: 'ann' }));
      await db.session.commit();
      expect((await User.query.all()).map(({ name }) => name)).toEqual(['ann']);
    });
  });

  test('what a context did not commit is rolled back at its end, whatever happened', async () => {
    const { db, Todo } = await withTodos(await fresh());
    await db.appContext(() => Todo.create({ title: 'lost' }));
    const failing = db.appContext(async () => {
      await Todo.create({ title: 'lost too' });
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await db.appContext(() => Todo.query.count())).toBe(0);
    expect(db.engine.status().inUse).toBe(0);
  });

  test('getOr404 finds by primary key, and is a NotFoundError otherwise', async () => {
    const { db, Todo } = await withTodos(await fresh());
    await db.appContext(async () => {
      const item = new Todo({ title: null });
      db.session.add(item);
      await db.session.commit();
      expect((await db.getOr404(Todo, item.id)).id).toBe(item.id);
      await expect(db.getOr404(Todo, item.id + 1)).rejects.toThrow(NotFoundError);
    });
  });

  test('getOr404 of a key that is no whole number, or none of a row, is a NotFoundError', async () => {
    const { db, Todo } = await withTodos(await fresh());
    const none = ['1e3', '0x1', '1.0', ' 1', '1abc', '', 'NaN', '9007199254740993', '99999999999'];
    await db.appContext(async () => {
      await Todo.create({ title: 'a' });
      for (const id of none) {
        await expect(db.getOr404(Todo, id)).rejects.toThrow(NotFoundError);
        expect((await db.getOr404(Todo, '1')).title).toBe('a'); // the transaction goes on
      }
    });
  });

  test('getOr404 takes keys of other types as they are written, and several columns', async () => {
    const db = newDb();
    const key = '6f1c3b0e-6b0f-4c36-9b7e-0d1f5b1f2a3c';
    class Big extends db.Model {}
    Big.init({ id: { type: DataTypes.BIGINT, primaryKey: true } });
    class Token extends db.Model {}
    Token.init({ id: { type: DataTypes.UUID, primaryKey: true } });
    class Seat extends db.Model {}
    Seat.init({
      row: { type: DataTypes.INTEGER, primaryKey: true },
      letter: { type: DataTypes.STRING(1), primaryKey: true },
    });
    await db.initApp(newApp({ DATABASE_URL: await fresh() }));
    await db.appContext(async () => {
      await Big.create({ id: '9007199254740993' });
      await Token.create({ id: key });
      await Seat.create({ row: 3, letter: 'B' });
      await db.getOr404(Big, '9007199254740993');
      await db.getOr404(Big, 9007199254740993n);
      await db.getOr404(Token, key);
      await db.getOr404(Seat, ['3', 'B']);
      for (const [model, id] of [
        [Big, '9007199254740992'],
        [Big, '9999999999999999999'],
        [Token, 'none'],
        [Seat, ['3', 'C']],
      ] as const)
        await expect(db.getOr404(model, id)).rejects.toThrow(NotFoundError);
      await expect(db.getOr404(Seat, '3')).rejects.toThrow(/takes 2 values, not 1/);
      await db.getOr404(Token, key);
    });
  });

  test('getOr404 takes options for eager loading, and sends one query', async () => {
    const db = newDb();
    class User extends db.Model<User> {
      declare id: CreationOptional<number>;
    }
    User.init({});
    class Todo extends db.Model<Todo> {
      declare id: CreationOptional<number>;
      declare userId: ForeignKey<number>;
      declare user?: NonAttribute<User>;
      static override associate(): void {
        Todo.belongsTo(User, { as: 'user', foreignKey: 'userId' });
      }
    }
    Todo.init({});
    const app = newApp({ DATABASE_URL: await fresh(), SQLALCHEMY_RECORD_QUERIES: true });
    await db.initApp(app);
    await db.appContext(async () => {
      const user = await User.create();
      await Todo.create({ userId: user.id });
      await db.session.commit();
    });
    await db.appContext(async () => {
      const item = await db.getOr404(Todo, 1, { include: 'user' });
      expect(item.user?.id).toBe(1);
      expect(selects(db)).toHaveLength(1);
    });
  });

  test('pending objects are flushed before getOr404 reads', async () => {
    const { db, Todo } = await withTodos(await fresh());
    await db.appContext(async () => {
      db.session.add(new Todo({ title: 'new' }));
      expect((await db.getOr404(Todo, 1)).title).toBe('new');
    });
  });

  test('a request has one session wherever it is asked for, and the next has another', async () => {
    const { db, app, Todo } = await withTodos(await fresh());
    const seen: unknown[] = [];
    app.get('/same', async (_req, res) => {
      const first = db.session();
      await Todo.query.count();
      seen.push(first);
      res.json(db.session() === first);
    });
    app.get('/forgotten', async (_req, res) => {
      await Todo.create({ title: 'lost' });
      res.status(500).end();
    });
    expect([(await get(app, '/same')).body, (await get(app, '/same')).body]).toEqual([true, true]);
    expect(seen[0]).not.toBe(seen[1]);
    await get(app, '/forgotten');
    await requestScopesOf(app)?.idle();
    expect(await db.appContext(() => Todo.query.count())).toBe(0);
    expect(db.engine.status().inUse).toBe(0);
  });

  test('a request that touches no data opens no session and no connection', async () => {
    const { db, app } = await withTodos(await fresh());
    app.get('/', (_req, res) => void res.json(db.session.has()));
    const { checkouts, sessions } = db.engine.status();
    expect((await get(app, '/')).body).toBe(false);
    expect(db.engine.status()).toMatchObject({ checkouts, sessions });
  });
});

describe('its text form', () => {
  const BINDS = { a: 'sqlite:///:memory:', b: 'sqlite://' };

  test.each([
    ['no app', undefined, '<SQLAlchemy>'],
    ['a default engine', { DATABASE_URL: 'sqlite://' }, '<SQLAlchemy sqlite://>'],
    [
      'two more',
      { DATABASE_URL: 'sqlite://', SQLALCHEMY_BINDS: BINDS },
      '<SQLAlchemy sqlite:// +2 engines>',
    ],
    [
      'no default engine',
      { SQLALCHEMY_BINDS: { x: 'sqlite:///:memory:' } },
      '<SQLAlchemy (No default engine) +1 engines>',
    ],
    [
      'no default engine and two more',
      { SQLALCHEMY_BINDS: BINDS },
      '<SQLAlchemy (No default engine) +2 engines>',
    ],
  ])('with %s', async (_what, settings, expected) => {
    const db = newDb();
    if (settings) await db.initApp(newApp(settings));
    expect(String(db)).toBe(expected);
  });
});

onEachEngine(({ name, fresh }) => {
  test('its text form masks a password', async () => {
    if (name === 'sqlite') return; // it has none
    const db = newDb();
    const url = new URL(await fresh());
    url.password = 'secret';
    // PostgreSQL trusts the local user here, whatever the password; MariaDB does not.
    if (name === 'postgres') await db.initApp(newApp({ DATABASE_URL: url.href }));
    else await expect(db.initApp(newApp({ DATABASE_URL: url.href }))).rejects.not.toThrow(/secret/);
    expect(String(db)).not.toContain('secret');
  });
});

test('the names of a shell are db, session and the models', async () => {
  const { db, Todo } = await withTodos('sqlite://');
  const names = db.shellContext();
  expect(Object.keys(names)).toEqual(['db', 'session', 'Todo']);
  for (const [name, value] of Object.entries({ db, session: db.session, Todo }))
    expect(names[name] === value).toBe(true);
});

test('a model class of your own is the base of db.Model', () => {
  class CustomModel extends Model {
    shout(): string {
      return String(this).toUpperCase();
    }
  }
  const db = new SQLAlchemy({ modelClass: CustomModel });
  expect(db.Model.prototype).toBeInstanceOf(CustomModel);
  class User extends db.Model {}
  expect(User.prototype.shout).toBe(CustomModel.prototype.shout);
});

test('db.Model is a Sequelize model of its own for each db object', () => {
  expect(newDb().Model).not.toBe(newDb().Model);
  expect(newDb().Model.prototype).toBeInstanceOf(Model);
});
