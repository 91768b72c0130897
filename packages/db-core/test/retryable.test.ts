import type { ScopedSession } from '@quartet/db-core';
import {
  InvalidRequestError,
  OperationalError,
  PendingRollbackError,
  RetryExhaustedError,
  retryable,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { deferred, onEachEngine } from './support';

onEachEngine((fixture) => {
  let Session: ScopedSession;
  beforeEach(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
  });
  const conflict = (
    reason: 'serialization' | 'deadlock' | 'busy' | 'gone' = 'serialization',
    outcomeUnknown = false,
  ) => new OperationalError('conflict', { reason, outcomeUnknown });

  test('8 workers × 100 increments of one counter at SERIALIZABLE end at exactly 800', async () => {
    await fixture.engine.execute("insert into items (name, n) values ('counter', 0)");
    let retries = 0;
    const increment = async () => {
      const n = Number(
        (await Session.execute("select n from items where name = 'counter'")).scalar(),
      );
      await new Promise(setImmediate); // others read meanwhile, so that there are conflicts
      await Session.execute("update items set n = ? where name = 'counter'", [n + 1]);
    };
    const worker = async () => {
      for (let i = 0; i < 100; i++) {
        await runInScope(() =>
          retryable(Session, increment, {
            isolationLevel: 'SERIALIZABLE',
            attempts: 1000,
            minDelayMs: 1,
            maxDelayMs: 20,
            onRetry: () => retries++,
          }),
        );
      }
    };
    if (fixture.name === 'sqlite') Session.configure({ begin: 'on-first-statement' }); // snapshots, so that there are conflicts
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(
      (await fixture.engine.execute("select n from items where name = 'counter'")).scalar(),
    ).toBe(800);
    expect(retries).toBeGreaterThan(0);
    expect(fixture.engine.status()).toMatchObject({ inUse: 0, waiting: 0 });
  }, 120_000);

  test('each attempt starts from nothing: what the failed one wrote is undone', async () => {
    let attempts = 0;
    await runInScope(() =>
      retryable(Session, async () => {
        await Session.execute('insert into items (name) values (?)', [`attempt ${++attempts}`]);
        if (attempts < 3) throw conflict();
      }),
    );
    expect(await fixture.names()).toEqual(['attempt 3']);
  });

  test('after the last attempt the error tells them all', async () => {
    const failure = await runInScope(() =>
      retryable(Session, async () => Promise.reject(conflict('deadlock')), {
        attempts: 3,
        minDelayMs: 0.1,
      }),
    ).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RetryExhaustedError);
    expect(failure).toMatchObject({
      reason: 'deadlock',
      message: expect.stringContaining('Gave up after 3 attempts'),
    });
    expect((failure as RetryExhaustedError).history).toHaveLength(3);
  });

  test('whether an attempt has taken place is unknown after the last as well, where one left that open', async () => {
    const errors = [conflict('gone', true), conflict('deadlock')];
    const failure = await runInScope(() =>
      retryable(Session, () => Promise.reject(errors.shift() as Error), {
        attempts: 2,
        minDelayMs: 0.1,
        retryUnknownOutcome: true,
      }),
    ).catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: 'deadlock', outcomeUnknown: true });
  });

  test('an error that was caught inside but has ended the transaction is retried as itself', async () => {
    let attempts = 0;
    await runInScope(() =>
      retryable(Session, async () => {
        if (++attempts === 1)
          throw new PendingRollbackError('Lost.', { cause: conflict('deadlock') });
      }),
    );
    expect(attempts).toBe(2);
  });

  test('other errors are not retried', async () => {
    let attempts = 0;
    const call = runInScope(() =>
      retryable(Session, async () => {
        attempts++;
        throw new Error('bug');
      }),
    );
    await expect(call).rejects.toThrow('bug');
    expect(attempts).toBe(1);
  });

  test('a commit whose outcome is unknown is not run again unless told so', async () => {
    let attempts = 0;
    const work = async () => {
      if (++attempts === 1) throw conflict('gone', true);
    };
    await expect(runInScope(() => retryable(Session, work))).rejects.toMatchObject({
      outcomeUnknown: true,
    });
    attempts = 0;
    await runInScope(() =>
      retryable(Session, work, { retryUnknownOutcome: true, minDelayMs: 0.1 }),
    );
    expect(attempts).toBe(2);
  });

  test('the wait before another attempt is random, doubles and has a cap', async () => {
    const random = jest.spyOn(Math, 'random');
    const failing = async (share: number, delays: { minDelayMs: number; maxDelayMs: number }) => {
      random.mockReturnValue(share);
      const at: number[] = [];
      const work = async () => {
        at.push(performance.now());
        throw conflict();
      };
      await runInScope(() => retryable(Session, work, { attempts: 12, ...delays })).catch(
        () => undefined,
      );
      return at.slice(1).map((time, i) => time - (at[i] as number));
    };
    try {
      const doubling = await failing(1, { minDelayMs: 2, maxDelayMs: 16 });
      for (const [i, waited] of doubling.entries())
        expect(waited).toBeGreaterThanOrEqual(Math.min(16, 2 * 2 ** i) - 1); // timers count whole milliseconds
      const sum = (waits: number[]) => waits.reduce((all, waited) => all + waited, 0);
      expect(sum(doubling)).toBeLessThan(2_000); // without the cap: twice as long each time, eight seconds in all
      expect(sum(await failing(0, { minDelayMs: 1_000, maxDelayMs: 1_000 }))).toBeLessThan(2_000);
    } finally {
      random.mockRestore();
    }
  });

  if (fixture.name !== 'sqlite') {
    test('of two transactions that wait for each other one is undone by the database and run again', async () => {
      await fixture.engine.execute("insert into items (name, n) values ('a', 0), ('b', 0)");
      const reasons: string[] = [];
      let here = 0;
      const both = deferred();
      const worker = (...names: string[]) =>
        runInScope(() =>
          retryable(
            Session,
            async () => {
              for (const name of names) {
                await Session.execute('update items set n = n + 1 where name = ?', [name]);
                if (++here === 2) both.resolve();
                await both.promise; // each holds its first row before either asks for its second
              }
            },
            { onRetry: ({ reason }) => reasons.push(reason) },
          ),
        );
      await Promise.all([worker('a', 'b'), worker('b', 'a')]);
      expect(reasons).toEqual(['deadlock']);
      expect((await fixture.engine.execute('select n from items')).scalars()).toEqual([2, 2]);
    });

    test('a lock that is not given in time is asked for again', async () => {
      await fixture.engine.execute("insert into items (name, n) values ('a', 0)");
      const holder = fixture.engine.connect();
      await holder.begin();
      await holder.execute('update items set n = 1');
      const impatient = scopedSession(sessionmaker({ bind: fixture.another({ poolSize: 1 }) }));
      const reasons: string[] = [];
      let released: Promise<void> | undefined;
      await runInScope(async () => {
        const briefly =
          fixture.name === 'postgres'
            ? "set local lock_timeout = '20ms'"
            : 'set session innodb_lock_wait_timeout = 0';
        const update = async (): Promise<void> => {
          await impatient.execute(briefly);
          await impatient.execute('update items set n = n + 1');
        };
        await retryable(impatient, update, {
          attempts: 20,
          onRetry: ({ reason }) => {
            reasons.push(reason);
            released ??= holder.rollback();
          },
        });
      });
      await released;
      await holder.close();
      expect(new Set(reasons)).toEqual(new Set(['busy']));
      expect((await fixture.engine.execute('select n from items')).scalar()).toBe(1);
    });
  }

  test('inside a transaction it is refused: what came before could not be run again', async () => {
    await runInScope(async () => {
      await Session.execute("insert into items (name) values ('before')");
      await expect(retryable(Session, async () => undefined)).rejects.toThrow(InvalidRequestError);
    });
  });
});
