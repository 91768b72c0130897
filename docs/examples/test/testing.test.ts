import { runInScope } from '@quartet/db-core';
import type { TestIsolation } from '@quartet/db-core/testing';
import { beginTestIsolation, withTestIsolation } from '@quartet/db-core/testing';
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

describe('an isolation for each test', () => {
  // #region hooks
  let isolation: TestIsolation;
  beforeEach(async () => {
    isolation = await beginTestIsolation(engine);
  });
  afterEach(() => isolation.end());
  // #endregion

  test.each(['one', 'another'])('%s test finds no rows', async (name) => {
    await runInScope(async () => {
      Session.add(new User(name));
      await Session.commit();
    });
    expect(await names()).toEqual([name]);
  });
});

test('an isolation ends with its block', async () => {
  // #region block
  {
    await using _isolation = await beginTestIsolation(engine);
    await runInScope(async () => {
      Session.add(new User('admin'));
      await Session.commit();
    });
  } // everything is undone here, also where the block throws
  // #endregion
  expect(await names()).toEqual([]);
});
