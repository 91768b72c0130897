/**
 * The tests of the third article, in its order and its words: the registry is made once, every module reaches it, and the
 * session is removed when a request ends. Its app registers users by a form.
 *
 * Ports test_sqlalchemy_bind.py of the article's demo.
 */
import type { ScopedSession } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import type { SQLAlchemy } from '@quartet/express-sequelize';
import type { Application } from 'express';
import express from 'express';
import { DataTypes } from 'sequelize';
import { get, newApp, newDb } from './support';

interface Demo {
  readonly app: Application;
  readonly User: { readonly query: Query<{ username: string }> };
  createUser(username: string, password: string): Promise<void>;
}

/** `application/__init__.py`, `database.py` and `api.py` of the demo. */
async function createApp(db: SQLAlchemy): Promise<Demo> {
  class User extends db.Model<User> {
    declare static query: Query<User>;
    declare username: string;
    declare password: string;
  }
  User.init({ username: DataTypes.STRING, password: DataTypes.STRING });
  const app = newApp({ DATABASE: 'sqlite:///:memory:' });
  await db.initApp(app);
  const createUser = async (username: string, password: string): Promise<void> => {
    db.session.add(new User({ username, password }));
    await db.session.commit();
  };
  app.use(express.urlencoded());
  app.get('/', (_req, res) => void res.send('<form method="post">…</form>'));
  app.post('/', async (req, res) => {
    const { username, password } = req.body as { username: string; password: string };
    await createUser(username, password);
    res.send('Hello World');
  });
  return { app, User, createUser };
}

test('1a. a single scoped session is made when the application starts', async () => {
  const db = newDb();
  const atStart: ScopedSession = db.session;
  const { app } = await createApp(db);
  const form = new URLSearchParams({ username: 'kelly', password: 'kelly' });
  expect((await get(app, '/', { method: 'POST', body: form })).body).toBe('Hello World');
  await get(app, '/');
  expect(db.session).toBe(atStart);
});

test('1b. it is accessible across the application', async () => {
  const db = newDb();
  const { User, createUser } = await createApp(db);
  await db.appContext(async () => {
    await createUser('kelly', 'kelly'); // a function of another module
    expect(await User.query.filterBy({ username: 'kelly' }).first()).toBeDefined();
  });
});

test('2. the session is removed after each request, simulated or real', async () => {
  const db = newDb();
  let count = 0;
  db.onTeardown(() => count++, { withoutData: true });
  const { app } = await createApp(db);
  await db.requestContext(() => undefined); // ctx.push(), ctx.pop()
  expect(count).toBe(1);
  await get(app, '/');
  expect(count).toBe(2);
});

test('db.session() is the same in the same request', async () => {
  const db = newDb();
  await createApp(db);
  await db.requestContext(() => {
    const session1 = db.session();
    const session2 = db.session();
    expect(session1).toBe(session2);
  });
});

test('db.session() is different in different requests', async () => {
  const db = newDb();
  await createApp(db);
  const session1 = await db.requestContext(() => db.session());
  const session2 = await db.requestContext(() => db.session());
  expect(session1).not.toBe(session2);
});

describe('hooks of the extension', () => {
  test('are called at the end of a request and of a context that used the session, with the error', async () => {
    const db = newDb();
    const told: unknown[] = [];
    const { app, User } = await createApp(db);
    db.onTeardown((error) => told.push((error as Error | undefined)?.message));
    app.get('/boom', async () => {
      await User.query.all();
      throw new Error('boom');
    });
    app.set('env', 'test');
    await get(app, '/'); // without data
    await db.appContext(() => undefined);
    expect(told).toEqual([]);
    await get(app, '/boom');
    await db.appContext(() => User.query.all());
    const failing = async (): Promise<never> => {
      await User.query.all();
      throw new Error('in a context');
    };
    await expect(db.requestContext(failing)).rejects.toThrow('in a context');
    expect(told).toEqual(['boom', undefined, 'in a context']);
  });

  test('stay for the next app, and are called once', async () => {
    const db = newDb();
    let count = 0;
    db.onTeardown(() => count++, { withoutData: true });
    const app = newApp({ DATABASE: 'sqlite://' });
    for (const path of ['/first', '/second']) {
      await db.initApp(app);
      app.get(path, (_req, res) => void res.send('ok'));
      await get(app, path);
      await db.dispose();
    }
    expect(count).toBe(2);
  });
});
