/** Transactions that the style's library itself opens inside a session, side by side. */
import { PendingRollbackError, runInScope } from '@quartet/db-core';
import { expectWarning } from '@quartet/testing';
import { onEachEngine } from '../on-each-engine';
import { deferred } from '../support/deferred';
import type { Style } from './style';

const userOf = (name: string) => ({ name, email: `${name}@localhost` });

/** Registers the suite on each engine; called in a test file of the app. */
export function registerNested({ initDb, queries, Session, transaction, ...style }: Style): void {
  /** Two transactions of the library at once in the current session: each inserts when both have begun. */
  async function sideBySide(fails?: string): Promise<PromiseSettledResult<unknown>[]> {
    let begun = 0;
    const both = deferred();
    const one = (name: string): Promise<unknown> =>
      transaction(async (insert) => {
        if (++begun === 2) both.resolve();
        await both.promise;
        await insert(userOf(name));
        if (name === fails) throw new Error(name);
      });
    return await Promise.allSettled([one('a'), one('b')]);
  }

  onEachEngine(initDb, (stage) => {
    test('both are kept by the session’s commit, and by nothing before it', async () => {
      await runInScope(async () => {
        expect(await sideBySide()).toMatchObject([
          { status: 'fulfilled' },
          { status: 'fulfilled' },
        ]);
        expect(await stage.probe.count('users')).toBe(0);
        await Session.commit();
      });
      expect(await stage.probe.count('users')).toBe(2);
    });

    test('when the one fails that began later, the earlier is kept', async () => {
      await runInScope(async () => {
        expect(await sideBySide('b')).toMatchObject([
          { status: 'fulfilled' },
          { status: 'rejected' },
        ]);
        await Session.commit();
      });
      expect((await stage.probe.snapshot()).users).toMatchObject([{ name: 'a' }]);
    });

    test('when the one fails that holds the work of the other, nothing runs until the rollback, and nothing of either is kept', async () => {
      // The COMMIT of b is refused: its work stands in what failed.
      if (style.refusedCommit) expectWarning(style.refusedCommit);
      await runInScope(async () => {
        expect(await sideBySide('a')).toContainEqual(
          expect.objectContaining({ status: 'rejected' }),
        );
        await expect(Session.commit()).rejects.toThrow(PendingRollbackError);
        await Session.rollback();
        await queries.createUser(userOf('later'));
      });
      expect((await stage.probe.snapshot()).users).toMatchObject([{ name: 'later' }]);
    });
  });
}
