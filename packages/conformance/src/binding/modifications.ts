/** Changes of objects are reported, whether the session or, where it can, the library itself has made them. */
import type { Operation } from '@quartet/db-core/observe';
import { runInScope } from '@quartet/db-core';
import { trackModifications } from '@quartet/db-core/observe';
import type { Fixture } from './fixture';
import type { Subject } from './binding';

export function describeModifications(fixture: Fixture, subject: Subject): void {
  test('insert, update and delete of objects are reported until tracking stops', async () => {
    const { Session } = fixture;
    const { bound, binding } = subject;
    const reported: [unknown, Operation][][] = [];
    const stop = trackModifications(fixture.engine, {
      afterCommit: ({ changes }) =>
        reported.push(changes.map(({ instance, operation }) => [instance, operation])),
    });
    await runInScope(async () => {
      const user = bound.user('a', 'a@x');
      Session.add(user);
      await Session.commit();
      expect(reported.at(-1)).toEqual([[user, 'insert']]);

      const own = await bound.insertUser('own', 'own@x');
      user.name = 'b';
      Session.add(user);
      await Session.commit();
      const update = [user, 'update'];
      expect(reported.at(-1)).toEqual(
        binding.reportsOwnCalls ? [[own, 'insert'], update] : [update],
      );

      Session.add(user); // as it is in the database
      await Session.commit();
      await bound.renameUser(0, 'no object');
      Session.delete(user);
      await Session.commit();
      expect(reported.at(-1)).toEqual([[user, 'delete']]);
      expect(reported).toHaveLength(3);

      Session.add(bound.user('gone', 'gone@x'));
      await Session.flush();
      await Session.rollback();
      await Session.commit();
      expect(reported).toHaveLength(3);

      stop();
      Session.add(bound.user('silent', 'silent@x'));
      await Session.commit();
      expect(reported).toHaveLength(3);
    });
  });
}
