/** Transactions that the library itself opens inside a session, side by side. */
import { onEachEngine } from '@quartet/conformance';
import { PendingRollbackError, runInScope } from '@quartet/db-core';
import { expectWarning } from '@quartet/testing';
import { db, initDb } from '../src/database';
import { User } from '../src/models';
import { queries } from '../src/queries';

const userOf = (name: string) => ({ name, email: `${name}@localhost` });

/** Two transactions of the library at once in the current session: each inserts when both have begun. */
async function sideBySide(fails?: string): Promise<PromiseSettledResult<void>[]> {
  let begun = 0;
  let meet: () => void;
  const both = new Promise<void>((resolve) => (meet = resolve));
  const one = (name: string): Promise<void> =>
    db.sequelize.transaction(async (transaction) => {
      if (++begun === 2) meet();
      await both;
      await User.create(userOf(name), { transaction });
      if (name === fails) throw new Error(name);
    });
  return await Promise.allSettled([one('a'), one('b')]);
}

onEachEngine(initDb, (stage) => {
  test('both are kept by the session’s commit, and by nothing before it', async () => {
    await runInScope(async () => {
      expect(await sideBySide()).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
      expect(await stage.probe.count('users')).toBe(0);
      await db.session.commit();
    });
    expect(await stage.probe.count('users')).toBe(2);
  });

  test.each(['a', 'b'])(
    'when %s fails nothing more runs until the rollback, and nothing of either is kept',
    async (fails) => {
      // Sequelize says so when a COMMIT is refused: that of b, which ran beside what failed.
      if (fails === 'a')
        expectWarning(/Committing transaction .* ran side by side in one session/s);
      await runInScope(async () => {
        expect(await sideBySide(fails)).toContainEqual(
          expect.objectContaining({ status: 'rejected' }),
        );
        await expect(db.session.commit()).rejects.toThrow(PendingRollbackError);
        await db.session.rollback();
        await queries.createUser(userOf('later'));
      });
      expect((await stage.probe.snapshot()).users).toMatchObject([{ name: 'later' }]);
    },
  );
});
