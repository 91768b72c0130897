import type { ScopedSession } from '@quartet/db-core';
import {
  InvalidRequestError,
  runInScope,
  scopedSession,
  sessionmaker,
  transactional,
} from '@quartet/db-core';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  let Session: ScopedSession;
  const write = (name: string) => Session.execute('insert into items (name) values (?)', [name]);
  const fail = async (name: string) => {
    await write(name);
    throw new Error('inner');
  };
  beforeEach(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
  });

  /** Runs `inner` inside a transaction that has written 'outer', then commits or rolls that back. */
  const inside = (ending: 'commit' | 'rollback', inner: () => Promise<unknown>) =>
    runInScope(async () => {
      await write('outer');
      await inner();
      await Session[ending]();
    });
  const sqlite = fixture.name === 'sqlite';

  describe('without a transaction of the caller', () => {
    test.each(['REQUIRED', 'REQUIRES_NEW', 'NESTED'] as const)(
      '%s: one of its own, committed at the end',
      async (propagation) => {
        await runInScope(async () => {
          await transactional(Session, () => write('a'), { propagation });
          expect(await fixture.names()).toEqual(['a']);
          expect(Session.inTransaction()).toBe(false);
        });
      },
    );

    test.each(['REQUIRED', 'REQUIRES_NEW', 'NESTED'] as const)(
      '%s: rolled back when the function rejects',
      async (propagation) => {
        await runInScope(async () => {
          await expect(transactional(Session, () => fail('a'), { propagation })).rejects.toThrow(
            'inner',
          );
          await Session.commit();
        });
        expect(await fixture.names()).toEqual([]);
      },
    );

    test('MANDATORY: refused, with the call to make', async () => {
      await runInScope(async () => {
        const call = transactional(Session, () => write('a'), { propagation: 'MANDATORY' });
        await expect(call).rejects.toThrow('call this inside Session.begin');
      });
      expect(await fixture.names()).toEqual([]);
    });

    test.each(['SUPPORTS', 'NOT_SUPPORTED', 'NEVER'] as const)(
      '%s: the function simply runs in the session',
      async (propagation) => {
        await runInScope(async () => {
          expect(await transactional(Session, async () => Session(), { propagation })).toBe(
            Session(),
          );
        });
      },
    );
  });

  describe('inside a transaction of the caller', () => {
    test.each(['REQUIRED', 'MANDATORY', 'SUPPORTS'] as const)(
      '%s: joins it, and shares its rollback',
      async (propagation) => {
        await inside('commit', () => transactional(Session, () => write('a'), { propagation }));
        expect(await fixture.names()).toEqual(['a', 'outer']);
        await inside('rollback', () =>
          transactional(Session, () => write('b'), { propagation }),
        ).catch(() => undefined);
        expect(await fixture.names()).not.toContain('b');
      },
    );

    test('NESTED: a failure undoes its own part alone', async () => {
      await inside('commit', async () => {
        await expect(
          transactional(Session, () => fail('a'), { propagation: 'NESTED' }),
        ).rejects.toThrow('inner');
        await transactional(Session, () => write('b'), { propagation: 'NESTED' });
      });
      expect(await fixture.names()).toEqual(['b', 'outer']);
    });

    test('REQUIRES_NEW: kept whatever becomes of the caller’s', async () => {
      const call = () =>
        transactional(Session, () => write('own'), { propagation: 'REQUIRES_NEW' });
      if (sqlite) {
        // One writer: while the caller's transaction has written, a second one would wait for ever.
        await expect(inside('rollback', call)).rejects.toThrow('SQLite has one writer');
        return;
      }
      await inside('rollback', call);
      expect(await fixture.names()).toEqual(['own']);
    });

    test('REQUIRES_NEW: its own failure leaves the caller’s untouched', async () => {
      if (sqlite) return;
      await inside('commit', async () => {
        const call = transactional(Session, () => fail('own'), { propagation: 'REQUIRES_NEW' });
        await expect(call).rejects.toThrow('inner');
      });
      expect(await fixture.names()).toEqual(['outer']);
    });

    test('REQUIRES_NEW: read-only, it does not see what the caller has not committed', async () => {
      await inside('commit', async () => {
        const { rowCount } = await transactional(
          Session,
          () => Session.execute('select name from items'),
          {
            propagation: 'REQUIRES_NEW',
            readOnly: true,
          },
        );
        expect(rowCount).toBe(0);
      });
    });

    test('NOT_SUPPORTED: statements commit by themselves, outside the caller’s', async () => {
      const call = () =>
        transactional(Session, () => write('own'), { propagation: 'NOT_SUPPORTED' });
      if (sqlite) {
        await expect(inside('rollback', call)).rejects.toThrow('SQLite has one writer');
        return;
      }
      await inside('rollback', call);
      expect(await fixture.names()).toEqual(['own']);
    });

    test('NEVER: refused', async () => {
      const call = inside('commit', () =>
        transactional(Session, () => write('a'), { propagation: 'NEVER' }),
      );
      await expect(call).rejects.toThrow(InvalidRequestError);
      expect(await fixture.names()).toEqual([]);
    });
  });

  test('REQUIRES_NEW on a pool with no connection left is a clear error at once, not a wait', async () => {
    const small = fixture.another({ poolSize: 1, acquireTimeoutMs: 60_000 });
    const Small = scopedSession(sessionmaker({ bind: small }));
    await runInScope(async () => {
      await Small.execute('delete from items');
      const call = transactional(Small, async () => undefined, { propagation: 'REQUIRES_NEW' });
      await expect(call).rejects.toThrow(/none of the pool's 1 is left.*Raise poolSize/s);
    });
    expect(small.status().inUse).toBe(0);
  });

  test('isolation level and access mode are for the transaction that begins here', async () => {
    await runInScope(async () => {
      const call = transactional(Session, () => write('a'), { readOnly: true });
      await expect(call).rejects.toThrow(/read.?only/i);
      await transactional(Session, () => write('b'), { isolationLevel: 'SERIALIZABLE' });
    });
    expect(await fixture.names()).toEqual(['b']);
  });
});
