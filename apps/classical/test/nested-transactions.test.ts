/** Transactions that the library itself opens inside a session, side by side. */
import { onEachEngine } from '@quartet/conformance';
import { PendingRollbackError, runInScope } from '@quartet/db-core';
import { dataSource, initDb, Session } from '../src/database';
import { User } from '../src/models';
import { queries } from '../src/queries';

const userOf = (name: string) => ({ name, email: `${name}@localhost` });

/** Two transactions of the library at once in the current session: each inserts when both have begun. */
async function sideBySide(fails?: string): Promise<PromiseSettledResult<void>[]> {
  let begun = 0;
  let meet: () => void;
  const both = new Promise<void>((resolve) => (meet = resolve));
  const one = (name: string): Promise<void> =>
    dataSource.transaction(async (manager) => {
      if (++begun === 2) meet();
      await both;
      await manager.save(new User(userOf(name)));
      if (name === fails) throw new Error(name);
    });
  return await Promise.allSettled([one('a'), one('b')]);
}

onEachEngine(initDb, (stage) => {
  test('both are kept by the session’s commit, and by nothing before it', async () => {
    await runInScope(async () => {
      expect(await sideBySide()).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
      expect(await stage.probe.count('users')).toBe(0);
      await Session.commit();
    });
    expect(await stage.probe.count('users')).toBe(2);
  });

  test.each(['a', 'b'])(
    'when %s fails nothing more runs until the rollback, and nothing of either is kept',
    async (fails) => {
      await runInScope(async () => {
        expect(await sideBySide(fails)).toContainEqual(
          expect.objectContaining({ status: 'rejected' }),
        );
        await expect(Session.commit()).rejects.toThrow(PendingRollbackError);
        await Session.rollback();
        await queries.createUser(userOf('later'));
      });
      expect((await stage.probe.snapshot()).users).toMatchObject([{ name: 'later' }]);
    },
  );
});
