/** The library's own transactions, and requests side by side. */
import { runInScope } from '@quartet/db-core';
import type { Fixture } from './fixture';
import type { Subject } from './binding';

export function describeTransactions(fixture: Fixture, subject: Subject): void {
  const stored = async (): Promise<unknown[]> =>
    (await fixture.engine.execute('select name from users order by name')).scalars();
  const failing = (name: string): Promise<unknown> =>
    subject.bound.transaction(async (add) => {
      await add(name);
      throw new Error('changed my mind');
    });

  test('nest in the session, and are real ones outside', async () => {
    const { bound } = subject;
    await runInScope(async () => {
      await bound.insertUser('outer', '1');
      await expect(failing('inner')).rejects.toThrow('changed my mind');
      await bound.transaction((add) => add('second'));
      expect(await stored()).toEqual([]);
      await fixture.Session.commit();
    });
    expect(await stored()).toEqual(['outer', 'second']);
    await expect(failing('lost')).rejects.toThrow('changed my mind');
    await bound.transaction((add) => add('third'));
    expect(await stored()).toEqual(['outer', 'second', 'third']);
  });

  test('thirty overlapping requests write and read their own, odd ones are not committed', async () => {
    const { bound } = subject;
    const name = (n: number): string => `u${String(n).padStart(2, '0')}`;
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        runInScope(async () => {
          await bound.insertUser(name(n), `${n}`);
          await new Promise((resolve) => setImmediate(resolve));
          expect(
            await fixture.Session.query(bound.User)
              .filterBy({ name: name(n) })
              .count(),
          ).toBe(1);
          if (n % 2 === 0) await fixture.Session.commit();
        }),
      ),
    );
    expect(await stored()).toEqual(Array.from({ length: 15 }, (_, n) => name(2 * n)));
  });
}
