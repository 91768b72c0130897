/** The session's transaction as the style's own queries see it: who is in it, who is beside it, what becomes of it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { BeginOptions, Propagation, ScopedSession } from '@quartet/db-core';
import {
  InvalidRequestError,
  PendingRollbackError,
  retryable,
  runInScope,
  scopedSession,
  sessionmaker,
  transactional,
  translateError,
} from '@quartet/db-core';
import { expectProblem } from '../support/client';
import type { Fixture } from '../support/fixture';
import type { Only } from '../support/suite';
import { ON_SERVERS, suite } from '../support/suite';

const INSERT = "INSERT INTO users (name, email) VALUES ('mine', 'mine@localhost')";
const SEVERAL_LEVELS: Only = {
  engines: ['postgres', 'mariadb'],
  reason: 'SQLite transactions are always SERIALIZABLE: other levels are refused by name',
};
const SEVERAL_WRITERS: Only = {
  engines: ['postgres', 'mariadb'],
  reason:
    'SQLite has one writer: a second transaction beside one that has written is refused at once',
};

/** Runs in the caller's transaction, so it sees what the caller has not committed yet. */
const INSIDE: readonly Propagation[] = ['REQUIRED', 'NESTED', 'MANDATORY', 'SUPPORTS'];

export const transactions = suite('transactions', (test) => {
  test('hooks run once, after the commit that others can see, not at the savepoints before it', async (fixture) => {
    const { subject, probe } = fixture;
    const ran: string[] = [];
    await inScope(fixture, async (Session) => {
      Session.afterCommit(async () => ran.push(`commit of ${await probe.count('users')}`));
      Session.afterRollback(() => ran.push('rollback'));
      const rows = ['a', 'b', 'a'].map((name, i) => ({ name, email: `${i}@localhost` }));
      expect(await subject.queries.importUsers(rows)).toMatchObject({ imported: 2 });
      await subject.queries.createUser({ name: 'c', email: 'c@localhost' });
    });
    expect(ran).toEqual(['commit of 2']);
  });

  test('a hook for the rollback runs once, and the one for the commit is forgotten', async (fixture) => {
    const { subject, probe } = fixture;
    await probe.addUsers(1);
    const ran: string[] = [];
    await inScope(fixture, async (Session) => {
      Session.afterCommit(() => ran.push('commit'));
      Session.afterRollback(() => ran.push('rollback'));
      await Session.execute(INSERT);
      const failing = subject.queries.createUser({ name: 'user1', email: 'other@localhost' });
      expect(await outcome(failing)).toMatchObject({ kind: 'unique' });
      await Session.rollback();
      await subject.queries.createUser({ name: 'later', email: 'later@localhost' });
    });
    expect(ran).toEqual(['rollback']);
    expect((await probe.snapshot()).users.map(({ name }) => name)).toEqual(['user1', 'later']);
  });

  for (const propagation of INSIDE) {
    test(`${propagation} inside a transaction: the style’s queries see what it has written`, async (fixture) => {
      const seen = await beside(fixture, { propagation });
      expect(seen).toMatchObject({ name: 'mine' });
    });
  }

  test('REQUIRES_NEW and read-only inside a transaction: the style’s queries run beside it, and see nothing of it', async (fixture) => {
    expect(await beside(fixture, { propagation: 'REQUIRES_NEW', readOnly: true })).toBeUndefined();
  });

  for (const propagation of ['REQUIRES_NEW', 'NOT_SUPPORTED'] as const) {
    test(
      `${propagation} inside a transaction: what the style’s queries write stays, whatever becomes of the caller’s`,
      async (fixture) => {
        const { subject, probe } = fixture;
        await inScope(fixture, async (Session) => {
          await Session.execute(INSERT);
          const own = { name: 'own', email: 'own@localhost' };
          await transactional(Session, () => subject.queries.createUser(own), { propagation });
          await Session.rollback();
        });
        expect((await probe.snapshot()).users).toMatchObject([{ name: 'own' }]);
      },
      { only: SEVERAL_WRITERS },
    );
  }

  test('MANDATORY without a transaction and NEVER inside one are refused, and the style’s queries do not run', async (fixture) => {
    const { subject, probe } = fixture;
    const call = (Session: ScopedSession, propagation: Propagation): Promise<unknown> =>
      outcome(
        transactional(
          Session,
          () => subject.queries.createUser({ name: 'no', email: 'no@localhost' }),
          { propagation },
        ),
      );
    await inScope(fixture, async (Session) => {
      expect(await call(Session, 'MANDATORY')).toBeInstanceOf(InvalidRequestError);
      await Session.execute(INSERT);
      expect(await call(Session, 'NEVER')).toBeInstanceOf(InvalidRequestError);
    });
    expect(await probe.count('users')).toBe(0);
  });

  test('what one transaction reads stays as it was at its first statement, for every query in it', async (fixture) => {
    const { subject, probe, engineName } = fixture;
    const isolationLevel = engineName === 'sqlite' ? 'SERIALIZABLE' : 'REPEATABLE READ';
    await inScope(fixture, async (Session) => {
      await Session.begin({ isolationLevel, begin: 'on-first-statement' });
      expect(await total(fixture)).toBe(0);
      await probe.addUsers(1);
      expect(await total(fixture)).toBe(0);
      expect(await subject.queries.findAccount('user1')).toBeUndefined();
      await Session.rollback();
      expect(await total(fixture)).toBe(1);
    });
  });

  test(
    'at READ COMMITTED the style’s queries see what others commit meanwhile',
    async (fixture) => {
      await inScope(fixture, async (Session) => {
        await Session.begin({ isolationLevel: 'READ COMMITTED' });
        expect(await total(fixture)).toBe(0);
        await fixture.probe.addUsers(1);
        expect(await total(fixture)).toBe(1);
      });
    },
    { only: SEVERAL_LEVELS },
  );

  test('a read-only transaction refuses what the style’s queries write, and the session goes on after a rollback', async (fixture) => {
    const { subject, probe } = fixture;
    const user = { name: 'ana', email: 'ana@localhost' };
    await inScope(fixture, async (Session) => {
      await Session.begin({ readOnly: true });
      expect(await total(fixture)).toBe(0);
      expect(String(await outcome(subject.queries.createUser(user)))).toMatch(/read.?only/i);
      await Session.rollback();
      expect(await probe.count('users')).toBe(0);
      await subject.queries.createUser(user);
    });
    expect(await probe.count('users')).toBe(1);
  });

  test('conflicts that the style’s library reports are run again: no increment of a counter is lost', async (fixture) => {
    const { subject, probe } = fixture;
    const { queries } = subject;
    const [id] = (await probe.addUsers(1)) as [number];
    await probe.rows("UPDATE users SET email = '0'");
    let retries = 0;
    const Session = shared(fixture);
    const increment = async (): Promise<void> => {
      const user = await queries.findUser(id);
      await delay(1); // while others read the same
      await queries.updateUser(id, { email: String(Number(user?.email) + 1) });
    };
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) {
        await runInScope(() =>
          retryable(Session, increment, {
            isolationLevel: 'SERIALIZABLE',
            begin: 'on-first-statement', // on SQLite: reads are in the transaction too
            attempts: 1_000,
            minDelayMs: 1,
            maxDelayMs: 20,
            onRetry: () => retries++,
          }),
        );
      }
    };
    await Promise.all(Array.from({ length: 4 }, worker));
    expect(await probe.rows('SELECT email FROM users')).toEqual([{ email: '40' }]);
    expect(retries).toBeGreaterThan(0);
  }, 60_000);

  test(
    'a connection cut in the middle of a transaction: everything is refused until the rollback, and nothing is kept',
    async (fixture) => {
      const { subject, probe } = fixture;
      const user = { name: 'ana', email: 'ana@localhost' };
      await inScope(fixture, async (Session) => {
        await Session.execute(INSERT);
        await probe.dropOthers();
        expect(await outcome(subject.queries.findAccount('mine'))).toMatchObject({
          reason: 'gone',
        });
        expect(await outcome(subject.queries.findAccount('mine'))).toBeInstanceOf(
          PendingRollbackError,
        );
        expect(await outcome(subject.queries.createUser(user))).toBeInstanceOf(
          PendingRollbackError,
        );
        await Session.rollback();
        await subject.queries.createUser(user);
      });
      expect((await probe.snapshot()).users).toMatchObject([{ name: 'ana' }]);
    },
    { only: ON_SERVERS },
  );

  test(
    'a connection lost at COMMIT: nobody knows what became of it, so it is not run again, and the answer does not ask for that',
    async (fixture) => {
      const { api, extra, probe } = fixture;
      const Session = shared(fixture);
      let runs = 0;
      const path = extra.add(async () => {
        await (await extra.session()).rollback();
        await retryable(Session, async () => {
          runs++;
          await Session.execute(INSERT);
          await probe.dropOthers();
        });
      });
      const answer = await api.post(path);
      expect(expectProblem(answer, 503).detail).not.toMatch(/nothing/i);
      expect(answer.headers.get('retry-after')).toBeNull();
      expect(runs).toBe(1);
      expect(extra.failures.pop()).toMatchObject({ outcomeUnknown: true });
    },
    { only: ON_SERVERS },
  );
});

/** A registry of our own: in a scope that the style has used, its session is the style's. */
function shared({ engine }: Fixture): ScopedSession {
  return scopedSession(sessionmaker({ bind: engine }));
}

/** Runs `fn` in a scope whose session the style has opened, and in which nothing is begun. */
async function inScope(
  fixture: Fixture,
  fn: (Session: ScopedSession) => Promise<void>,
): Promise<void> {
  await runInScope(async () => {
    await (await fixture.extra.session()).rollback();
    await fn(shared(fixture));
  });
}

/** What the style's query finds of a row that the caller has written and not committed. */
async function beside(
  fixture: Fixture,
  options: BeginOptions & { propagation: Propagation },
): Promise<unknown> {
  let seen: unknown = 'nothing ran';
  await inScope(fixture, async (Session) => {
    await Session.execute(INSERT);
    seen = await transactional(Session, () => fixture.subject.queries.findAccount('mine'), options);
    await Session.rollback();
  });
  return seen;
}

async function total({ subject }: Fixture): Promise<number> {
  return (await subject.queries.listUsers({ page: 1, perPage: 20 }, {})).total;
}

/** What a call that must fail failed with, as db-core translates it. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  return await call.then(() => new Error('it succeeded'), translateError);
}
