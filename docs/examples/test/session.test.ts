import { IntegrityError, PendingRollbackError, runInScope, sessionmaker } from '@quartet/db-core';
import { engine, names, Session, useDatabase, User } from './support';

useDatabase();

test('the unit of work', () =>
  runInScope(async () => {
    // #region unit-of-work
    const user = new User('admin');
    Session.add(user); // no statement yet
    expect(Session.new).toEqual([user]);

    await Session.commit(); // INSERT and COMMIT; the connection is back in the pool
    expect(user.id).toBeGreaterThan(0);

    user.email = 'root@localhost';
    Session.add(user); // an object with a row is updated
    await Session.commit();

    Session.delete(user);
    await Session.commit();
    // #endregion
    expect(await names()).toEqual([]);
  }));

test('reading', () =>
  runInScope(async () => {
    Session.addAll([new User('admin'), new User('guest')]);
    await Session.commit();
    // #region reading
    const admin = await User.query.filterBy({ name: 'admin' }).one();
    expect(await Session.get(User, admin.id)).toEqual(admin);
    expect(await User.query.orderBy('-name').limit(1).all()).toMatchObject([{ name: 'guest' }]);
    expect(await User.query.count()).toBe(2);
    expect(await Session.query(User).filterBy({ name: 'nobody' }).first()).toBeUndefined();
    // #endregion
  }));

test('one session for the life of the app loses what was committed, and is refused in scopes', async () => {
  // #region for-the-life-of-the-app
  const forever = sessionmaker({ bind: engine })(); // in a module, for everybody
  const insert = (name: string) =>
    forever.execute('insert into users (name, email) values (:name, :name)', { name });

  // Two users, side by side. There is no scope here, so nothing can tell them apart.
  await insert('ana');
  await insert('bo');
  await forever.rollback(); // Ana's request has failed …
  await forever.commit(); // … and Bo's is answered with 201
  expect(await names()).toEqual([]); // but there is no Bo

  // The same in two scopes, as two requests have them:
  await runInScope(async () => {
    await insert('ana');
    const bo = runInScope(() => insert('bo'));
    await expect(bo).rejects.toThrow('This session works for another scope');
    await forever.rollback();
  });
  // #endregion
});

test('there is no identity map', () =>
  runInScope(async () => {
    Session.add(new User('admin'));
    await Session.commit();
    // #region no-identity-map
    const one = await User.query.filterBy({ name: 'admin' }).one();
    const other = await User.query.filterBy({ name: 'admin' }).one();
    expect(other).not.toBe(one); // the same row, two objects
    one.email = 'changed@localhost';
    await Session.commit(); // nothing is saved: `one` was never added
    // #endregion
    expect((await User.query.one()).email).toBe('admin@localhost');
  }));

test('a failed flush', () =>
  runInScope(async () => {
    Session.add(new User('admin'));
    await Session.commit();
    // #region failed-flush
    Session.add(new User('admin'));
    await expect(Session.commit()).rejects.toThrow(IntegrityError); // the name is taken
    await expect(Session.execute('select 1')).rejects.toThrow(PendingRollbackError);

    await Session.rollback();
    Session.add(new User('guest'));
    await Session.commit(); // usable again
    // #endregion
    expect(await names()).toEqual(['admin', 'guest']);
  }));

test('hooks of one transaction', () =>
  runInScope(async () => {
    const sent: string[] = [];
    const sendMail = (text: string) => sent.push(text);
    // #region hooks
    Session.add(new User('admin'));
    Session.afterCommit(() => sendMail('Welcome')); // not sent when the transaction is rolled back
    await Session.commit();
    // #endregion
    expect(sent).toEqual(['Welcome']);
    expect(engine.status().inUse).toBe(0);
  }));

test('autocommit', () =>
  runInScope(async () => {
    // #region autocommit
    const session = Session({ autocommit: true });
    await session.execute("insert into users (name, email) values ('a', 'a@localhost')");
    expect(await names()).toEqual(['a']); // there for everybody, without commit()
    await session.begin(() => session.execute("delete from users where name = 'a'"));
    // #endregion
    expect(await names()).toEqual([]);
  }));
