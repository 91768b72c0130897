import { runInScope } from '@quartet/db-core';
import { withTestIsolation } from '@quartet/db-core/testing';
import { engine, names, Session, useDatabase, User } from './support';

useDatabase();

// #region isolated
test('a user is created', () =>
  withTestIsolation(engine, async () => {
    await runInScope(async () => {
      Session.add(new User('admin'));
      await Session.commit(); // real to the code …
    });
    expect(await runInScope(() => User.query.count())).toBe(1);
  }));

test('the next test finds the database as it was', async () => {
  expect(await names()).toEqual([]); // … and gone afterwards
});
// #endregion
