/** A login, written in each way that a query allows: a wrong name or password never gets in, whatever a client sends. */
import { runInScope, DbCoreError } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import { and, columns } from '@quartet/db-core/orm';
import type { Named, Subject } from '../binding';
import type { Fixture } from '../fixture';

/** What a body of JSON may bring for a name or a password, none of which is right. */
const HOSTILE: readonly unknown[] = [
  'nobody',
  '',
  '%',
  'ana%',
  "' or 1=1 --",
  "ana' --",
  'ana\u0000',
  0,
  1,
  -1,
  1e99,
  true,
  false,
  null,
  undefined,
  [],
  ['nobody'],
  [['ana']],
  [0],
  {},
  { ne: '' },
  { $ne: '' },
  { '[Op.ne]': '' },
  { name: true },
  { isRawInstance: true, sql: '1 = 1' },
  { val: '1 = 1' },
  { '@instanceof': 'FindOperator', _value: '', _type: 'not' },
  { length: 1 },
];

export function describeLogin(fixture: Fixture, subject: Subject): void {
  beforeEach(() => subject.bound.insertUser('ana', 'secret'));

  test('lets nobody in but who knows both', async () => {
    const query = (): Query<Named> => fixture.Session.query(subject.bound.User);
    const { name, email } = columns(subject.bound.User);
    type Login = (username: never, password: never) => Promise<Named | undefined>;
    const ways: Record<string, Login> = {
      filterBy: async (u, p) => query().filterBy({ name: u, email: p }).first(),
      'filterBy twice': async (u, p) =>
        query().filterBy({ name: u }).filterBy({ email: p }).first(),
      columns: async (u, p) => query().filter(name.eq(u), email.eq(p)).first(),
      and: async (u, p) =>
        query()
          .filter(and(name.eq(u), email.eq(p)))
          .first(),
      'the library': async (u, p) => query().filter({ name: u, email: p }).first(),
      compared: async (u, p) =>
        query()
          .filter(((x: Named) => x.name === u && x.email === p) as never)
          .first(),
    };
    for (const [way, login] of Object.entries(ways)) {
      const wrong = [
        ...HOSTILE.map((each) => [each, 'secret']),
        ...HOSTILE.map((each) => ['ana', each]),
        ...HOSTILE.map((each) => [each, each]),
      ];
      for (const [username, password] of wrong) {
        const answer: unknown = await runInScope(() =>
          login(username as never, password as never),
        ).catch((error: unknown) => error);
        if (answer !== undefined && !(answer instanceof DbCoreError))
          throw new Error(
            `${way} let in ${JSON.stringify([username, password])}: ${String(answer)}`,
          );
      }
      if (way !== 'compared') {
        const found = await runInScope(() => login('ana' as never, 'secret' as never));
        expect(found?.name).toBe('ana');
      }
    }
  });
}
