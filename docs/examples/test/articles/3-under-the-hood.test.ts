/** Article 3: its tests, on the class that it builds and on the extension that is ready made. */
import { runInScope } from '@quartet/db-core';
import { requestScopesOf } from '@quartet/db-core/express';
import { expectWarning } from '@quartet/testing';
import * as byHand from '../../src/articles/3-under-the-hood/by-hand';
import * as extension from '../../src/articles/3-under-the-hood/extension';
import { closeOnce, onEachEngine, repr, testClient } from './support';
import type { Express } from 'express';

const KELLY = { username: 'kelly', password: 'kelly' };

describe.each(Object.entries({ byHand, extension }))('%s', (_name, { createApp, db }) => {
  const initApp = (app?: unknown): Promise<void> => db.initApp(app as Express);

  test('test_app_is_none: initApp without an app throws the call to make', async () => {
    await expect(initApp()).rejects.toThrow(/await db\.initApp\(\w+\)/);
  });

  test('test_app_is_not_flask_app: initApp with anything else throws the call to make', async () => {
    await expect(initApp('random thing')).rejects.toThrow(/await db\.initApp\(\w+\)/);
  });

  test('test_improper_database_connection: a database that is not set, or cannot be opened, is an error', async () => {
    await expect(createApp({ TESTING: true, DATABASE: '' })).rejects.toThrow(/database URL/i);
    const DATABASE = 'sqlite:////no/such/folder/test.db';
    await expect(createApp({ TESTING: true, DATABASE })).rejects.toThrow(/no\/such\/folder/);
  });
});

onEachEngine((stage) => {
  afterEach(async () => {
    await closeOnce(byHand.User.sequelize);
    await byHand.db.engine.dispose();
    await extension.db.dispose();
  });

  // #region tests
  test('1a. the scoped session is made once, by createApp, and by no request', async () => {
    const { createApp, db } = byHand;
    // [3] db.init_scoped_session = recorder_decorator(db.init_scoped_session)
    const recorder = jest.spyOn(db, 'initScopedSession');

    // [3] app = create_app({ 'TESTING': True, 'DATABASE': "sqlite:///:memory:" })
    const app = await createApp({ TESTING: true, DATABASE: stage.url });

    expect(recorder).toHaveBeenCalledTimes(1);
    await testClient(app, async (client) => {
      // [3] client.post('/', data={ 'username': 'kelly', 'password': 'kelly' })
      await client.post('/', { username: 'kelly', password: 'kelly' });

      await client.get('/');
    });
    expect(recorder).toHaveBeenCalledTimes(1);
    recorder.mockRestore();
  });
  // #endregion

  test.each(Object.entries({ byHand, extension }))(
    '%s: the form is shown, and what it sends is registered',
    async (_name, { createApp, db, User }) => {
      const app = await createApp({ DATABASE: stage.url });
      await testClient(app, async (client) => {
        expect(await client.get('/')).toContain('<input type="password" name="password"');
        expect(await client.post('/', KELLY)).toBe('Hello World');
      });
      await requestScopesOf(app)?.idle();
      await runInScope(async () => {
        const users = await User.query.all();
        expect(users).toMatchObject([KELLY]);
        expect(repr(users)).toBe("[<User 'kelly'>]");
        expect(db.session.has()).toBe(true);
      });
    },
  );

  test.each(Object.entries({ byHand, extension }))(
    '1b. %s: another module uses the scoped session that db has',
    async (_name, { createApp, createUser, User }) => {
      await createApp({ DATABASE: stage.url });
      await runInScope(async () => {
        // #region questions
        // [3] "Do I need to store anything in flask's g object?"
        // => no, nor in `req` or `res.locals`: a function of any module uses the session of the request
        await createUser('kelly', 'kelly');
        // #endregion
        expect(await User.query.filterBy({ username: 'kelly' }).first()).not.toBeUndefined();
      });
    },
  );

  test('2. byHand: the session is removed after a context, and after a request', async () => {
    const { createApp, db } = byHand;
    // #region tests
    // [3] db.end_session = recorder_decorator(db.end_session)
    const recorder = jest.spyOn(db, 'endSession');
    // #endregion
    const app = await createApp({ TESTING: true, DATABASE: stage.url });
    // #region tests
    // [3] ctx = app.test_request_context(); ctx.push(); ctx.pop()
    // => or `db.requestContext(() => undefined)` of the extension, whose hooks are for both
    await runInScope(() => undefined, { onTeardown: (error) => db.endSession(error) });
    // #endregion
    expect(recorder).toHaveBeenCalledTimes(1);
    // #region tests
    // [3] app.test_client().get('/')
    await testClient(app, (client) => client.get('/'));
    // #endregion
    await requestScopesOf(app)?.idle();
    expect(recorder).toHaveBeenCalledTimes(2);
    recorder.mockRestore();
  });

  test('2. extension: the session is removed after a context, and after a request', async () => {
    const { createApp, db } = extension;
    const app = await createApp({ TESTING: true, DATABASE: stage.url });
    let count = 0;
    db.onTeardown(() => (count += 1), { withoutData: true });
    await db.requestContext(() => undefined);
    expect(count).toBe(1);
    await testClient(app, (client) => client.get('/'));
    await requestScopesOf(app)?.idle();
    expect(count).toBe(2);
  });

  test('end_session(error): the hook gets the error of the view', async () => {
    expectWarning('logging error: Error: boom');
    const { createApp } = byHand;
    const app = await createApp({ DATABASE: stage.url, env: 'test' }); // Express logs nothing itself
    app.get('/boom', async () => {
      await byHand.User.query.all();
      throw new Error('boom');
    });
    await testClient(app, (client) => client.get('/boom'));
    await requestScopesOf(app)?.idle();
  });

  test.each(Object.entries({ byHand, extension }))(
    '%s: db.session() is the same within a request',
    async (_name, { createApp, db }) => {
      await createApp({ DATABASE: stage.url });
      // #region tests
      // [3] with app.test_request_context():
      // => or `db.requestContext(async () => { … })` of the extension
      await runInScope(async () => {
        // [3] session1 = application.db.session()
        const session1 = db.session();

        const session2 = db.session();
        // [3] assert session1 == session2
        expect(session1).toBe(session2);
      });
      // #endregion
    },
  );

  test.each(Object.entries({ byHand, extension }))(
    '%s: db.session() is another in the next request; db.session itself never changes',
    async (_name, { createApp, db }) => {
      await createApp({ DATABASE: stage.url });
      const [session1, session3] = await runInScope(() => [db.session(), db.session]);
      await runInScope(async () => {
        const session2 = db.session();
        // #region tests
        // [3] assert session1 != session2
        expect(session1).not.toBe(session2);

        // [3] session3 = application.db.session
        // => comparing what is the same in all requests proves nothing
        expect(session3).toBe(db.session);
        // #endregion
      });
    },
  );

  test.each(Object.entries({ byHand, extension }))(
    '%s: calls on db.session are calls on db.session()',
    async (_name, { createApp, db, User }) => {
      await createApp({ DATABASE: stage.url });
      await runInScope(async () => {
        // #region questions
        // [3] "is calling Session() and Session the same thing?"
        // => a call on `db.session` is a call on the session of the scope
        db.session.add(new User({ username: 'kelly' }));
        // #endregion
        expect(db.session().new).toHaveLength(1);
        expect(await db.session.query(User).count()).toBe(0); // autoflush is off, as in the article
        await db.session().commit();
        expect(await db.session().query(User).count()).toBe(1);
      });
    },
  );

  test('the tables are emptied and made again', async () => {
    const { createApp, createUser, db, User } = byHand;
    await createApp({ DATABASE: stage.url });
    await runInScope(() => createUser('kelly', 'kelly'));
    // #region extension
    // [3] db.empty_db()
    await db.emptyDb();

    // [3] db.init_db()
    await db.initDb();
    // #endregion
    expect(await runInScope(() => User.query.count())).toBe(0);
  });
});
