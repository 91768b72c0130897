/** db.session; ports the reference's test_session.py. */
import { Session } from '@quartet/db-core';
import { newApp, newDb, onEachEngine, withTodos } from './support';

onEachEngine(({ fresh }) => {
  test('a session is the same within a context, another in the next, and an error outside', async () => {
    const { db } = await withTodos(await fresh());
    expect(() => db.session()).toThrow(/no scope is active here/);
    const first = await db.appContext(() => {
      const session = db.session();
      expect(db.session()).toBe(session);
      expect(session).toBeInstanceOf(Session);
      return session;
    });
    await db.appContext(() => expect(db.session()).not.toBe(first));
  });

  test('contexts that overlap in time have sessions of their own', async () => {
    const { db, Todo } = await withTodos(await fresh());
    const titles = await Promise.all(
      ['a', 'b', 'c'].map((title) =>
        db.appContext(async () => {
          db.session.add(new Todo({ title }));
          await db.session.flush();
          const seen = (await Todo.query.all()).map((todo) => todo.title);
          await db.session.rollback();
          return seen;
        }),
      ),
    );
    expect(titles).toEqual([['a'], ['b'], ['c']]);
  });

  test('options of the session are those given to the db object', async () => {
    const { db, Todo } = await withTodos(await fresh(), {
      options: { sessionOptions: { autoflush: false } },
    });
    await db.appContext(async () => {
      db.session.add(new Todo({ title: 'a' }));
      expect(await Todo.query.count()).toBe(0);
      await db.session.flush();
      expect(await Todo.query.count()).toBe(1);
    });
  });
});

test('a scope function of your own chooses the session', async () => {
  let count = 0;
  const db = newDb({ sessionOptions: { scopefunc: () => ++count } });
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
  await db.appContext(async () => {
    const [first, second] = [db.session(), db.session()];
    expect(first).not.toBe(second); // a new scope at each call
    await first.close();
    await second.close();
  });
});

test('sessions are of the class given to the db object', async () => {
  class CustomSession extends Session {}
  const db = newDb({ sessionOptions: { class: CustomSession } });
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
  await db.appContext(() => expect(db.session()).toBeInstanceOf(CustomSession));
});
