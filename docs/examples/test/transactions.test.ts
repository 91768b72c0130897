import { setTimeout as timer } from 'node:timers/promises';
import { InvalidRequestError, retryable, runInScope, transactional } from '@quartet/db-core';
import { Recorder } from '@quartet/db-core/observe';
import { Account, engine, names, Session, useDatabase, User } from './support';

useDatabase();

const balance = () => runInScope(async () => (await Account.query.one()).balance);

test('when a transaction begins', async () => {
  // #region begin-modes
  const recorder = new Recorder();
  await runInScope(
    async () => {
      await Session.execute('select 1'); // a plain read: no BEGIN yet
      Session.add(new User('admin'));
      await Session.commit(); // BEGIN IMMEDIATE, INSERT, COMMIT
    },
    { observer: recorder },
  );
  const kinds = recorder.events.map(({ kind }) => kind);
  expect(kinds).toEqual([
    'session-opened',
    'checkout',
    'query',
    'checkin', // what has only read holds no connection
    'checkout',
    'begin',
    'query',
    'commit',
    'checkin',
    'session-removed',
  ]);
  // #endregion
});

test('a connection is given back before something slow', async () => {
  await runInScope(async () => {
    Session.add(new User('admin'));
    await Session.commit();
  });
  const verify = async (_password: string, _user: User): Promise<boolean> => {
    expect(engine.status().inUse).toBe(0);
    await timer(1);
    return true;
  };
  await runInScope(async () => {
    Session({ begin: 'on-first-statement' });
    // #region release
    const user = await User.query.filterBy({ name: 'admin' }).one();
    await Session.release(); // whatever the mode, no connection is held during the next line
    if (!(await verify('secret', user))) throw new Error('The password is wrong.');
    user.name = 'admin, seen today';
    Session.add(user);
    await Session.commit();
    // #endregion
  });
  expect(await names()).toEqual(['admin, seen today']);
});

test('the lost update', async () => {
  await runInScope(async () => {
    Session.add(new Account(0));
    await Session.commit();
  });
  // #region lost-update
  const deposit = (begin: 'on-first-write' | 'eager') =>
    runInScope(async () => {
      Session({ begin });
      const account = await Account.query.one(); // reads 0 …
      await timer(1); // … while others do the same
      account.balance += 10;
      Session.add(account);
      await Session.commit();
    });
  await Promise.all(Array.from({ length: 5 }, () => deposit('on-first-write')));
  expect(await balance()).toBeLessThan(50); // deposits are lost
  // #endregion
  const before = await balance();
  // #region lost-update-cured
  await Promise.all(Array.from({ length: 5 }, () => deposit('eager')));
  expect(await balance()).toBe(before + 50); // the reads were inside the transaction
  // #endregion
});

test('one statement that reads and writes needs no cure', async () => {
  await runInScope(async () => {
    Session.add(new Account(0));
    await Session.commit();
  });
  const deposit = () =>
    runInScope(async () => {
      // #region conditional-update
      const { rowCount } = await Session.execute(
        'update accounts set balance = balance + :by where balance + :by >= 0',
        { by: 10 },
      );
      if (rowCount === 0) throw new Error('There is not enough on the account.');
      await Session.commit();
      // #endregion
    });
  await Promise.all(Array.from({ length: 5 }, deposit));
  expect(await balance()).toBe(50);
});

test('one transaction may choose', () =>
  runInScope(async () => {
    Session.add(new Account(5));
    await Session.commit();
    // #region begin-options
    await Session.begin(
      async () => {
        const account = await Account.query.one();
        account.balance *= 2;
        Session.add(account);
      },
      { begin: 'eager' },
    ); // committed when the function resolves, rolled back when it rejects
    // #endregion
    expect((await Account.query.one()).balance).toBe(10);
  }));

test('savepoints', () =>
  runInScope(async () => {
    // #region savepoints
    const rejected: string[] = [];
    for (const name of ['a', 'b', 'a', 'c']) {
      try {
        await Session.beginNested(async () => Session.add(new User(name)));
      } catch {
        rejected.push(name); // this row alone is undone
      }
    }
    await Session.commit();
    expect(rejected).toEqual(['a']);
    expect(await names()).toEqual(['a', 'b', 'c']);
    // #endregion
  }));

test('propagation', () =>
  runInScope(async () => {
    // #region propagation
    await transactional(Session, async () => {
      Session.add(new User('a'));
      await transactional(Session, async () => Session.add(new User('b'))); // REQUIRED: joins
      await expect(
        transactional(
          Session,
          async () => {
            Session.add(new User('c'));
            await Session.flush();
            throw new Error('undone');
          },
          { propagation: 'NESTED' }, // a savepoint: only c is undone
        ),
      ).rejects.toThrow('undone');
    });
    // #endregion
    expect(await names()).toEqual(['a', 'b']);
    await expect(
      transactional(Session, async () => 1, { propagation: 'MANDATORY' }),
    ).rejects.toThrow(InvalidRequestError);
  }));

test('retryable runs a whole unit of work again', async () => {
  await runInScope(async () => {
    Session.add(new Account(0));
    await Session.commit();
  });
  // #region retryable
  const deposit = () =>
    runInScope(() =>
      retryable(
        Session,
        async () => {
          const account = await Account.query.one(); // from the snapshot of this transaction
          await timer(1);
          account.balance += 10;
          Session.add(account); // refused when another has written since: run again from the start
        },
        { begin: 'on-first-statement', attempts: 20 },
      ),
    );
  await Promise.all(Array.from({ length: 5 }, deposit));
  expect(await balance()).toBe(50);
  // #endregion
});
