/** Calls of one session side by side, as Promise.all in a handler makes them: a flush under way is waited for. */
import type { ScopedSession } from '@quartet/db-core';
import {
  IntegrityError,
  InvalidRequestError,
  PendingRollbackError,
  runInScope,
  ScopeClosedError,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { mapClass, mapperOf } from '@quartet/db-core/binding';
import { Item, mapItems } from './item';
import { deferred, onEachEngine } from './support';

onEachEngine((fixture) => {
  let Session: ScopedSession;
  /** Resolved when the first object is about to be written; it goes on when `go` is resolved. */
  let atFirstWrite: ReturnType<typeof deferred<void>>;
  let go: ReturnType<typeof deferred<void>>;
  beforeEach(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    mapItems(fixture.engine, Session);
    atFirstWrite = deferred();
    go = deferred();
    onSave(async () => {
      atFirstWrite.resolve();
      await go.promise;
    });
  });

  /** Has the mapper call `hook` before it writes an object. */
  function onSave(hook: (item: Item) => Promise<unknown>): void {
    const mapper = mapperOf(Item);
    const save = async (item: Item): Promise<void> => {
      await hook(item);
      await mapper.save(item);
    };
    const hooked = new Proxy(mapper, {
      get(_target, name): unknown {
        const member: unknown = name === 'save' ? save : Reflect.get(mapper, name);
        return typeof member === 'function' ? (member.bind(mapper) as unknown) : member;
      },
    });
    mapClass(Item, hooked);
  }

  /** Begins a flush of two objects and stops it at the first; `beside` is called then. */
  function besideFlush<T>(beside: () => T): Promise<T> {
    return runInScope(async () => {
      Session.addAll([new Item('a'), new Item('b')]);
      const flush = Session.flush();
      await atFirstWrite.promise;
      const result = beside();
      go.resolve();
      await flush;
      await result;
      return result;
    });
  }

  test.each([
    ['query', () => Session.query(Item).count()],
    ['get', () => Session.get(Item, -1)],
    ['execute', () => Session.execute('select count(*) from items')],
    ['refresh', () => Session.refresh(Object.assign(new Item('none'), { id: -1 })).catch(() => 0)],
  ])('%s beside commit() does not take the pending object away', async (_name, read) => {
    go.resolve();
    await runInScope(async () => {
      Session.add(new Item('a'));
      await Promise.all([read(), Session.commit()]);
    });
    await runInScope(async () => {
      Session.add(new Item('b'));
      await Promise.all([Session.commit(), read()]);
    });
    expect(await fixture.names()).toEqual(['a', 'b']);
  });

  test('objects are pending until they are written', async () => {
    const seen = besideFlush(() => [Session.new.length, Session.hasUncommittedWrites]);
    expect(await seen).toEqual([2, true]);
  });

  test('commit() beside a flush commits all of it', async () => {
    await besideFlush(() => Session.commit());
    expect(await fixture.names()).toEqual(['a', 'b']);
  });

  test('commit() beside a flush that fails commits nothing', async () => {
    await runInScope(async () => {
      await Session.execute("insert into items (name) values ('first')");
      Session.addAll([new Item('a'), new Item('a')]);
      const flush = Session.flush();
      await atFirstWrite.promise;
      const commit = Session.commit();
      go.resolve();
      await expect(flush).rejects.toThrow(IntegrityError);
      await expect(commit).rejects.toThrow(PendingRollbackError);
    });
    expect(await fixture.names()).toEqual([]);
  });

  test('a read beside a flush sees all of it', async () => {
    expect(await besideFlush(() => Session.query(Item).count())).toBe(2);
    expect(await fixture.names()).toEqual([]);
  });

  test('rollback() beside a flush undoes all of it', async () => {
    await runInScope(async () => {
      Session.addAll([new Item('a'), new Item('b')]);
      const flush = Session.flush();
      await atFirstWrite.promise;
      const rollback = Session.rollback();
      go.resolve();
      await Promise.all([flush, rollback]);
      expect(Session.new).toEqual([]);
      await Session.commit();
    });
    expect(await fixture.names()).toEqual([]);
  });

  test('two flushes write each object once', async () => {
    await besideFlush(() => Session.flush().then(() => Session.commit()));
    expect(await fixture.names()).toEqual(['a', 'b']);
  });

  test('what is added during a flush is pending afterwards, and written by the next', async () => {
    await besideFlush(async () => {
      Session.add(new Item('c'));
      await Session.commit();
    });
    expect(await fixture.names()).toEqual(['a', 'b', 'c']);
  });

  test('what is taken out during a flush is not written', async () => {
    await runInScope(async () => {
      const gone = new Item('gone');
      Session.addAll([new Item('a'), gone]);
      const flush = Session.flush();
      await atFirstWrite.promise;
      Session.expunge(gone);
      go.resolve();
      await flush;
      await Session.commit();
    });
    expect(await fixture.names()).toEqual(['a']);
  });

  test('an object added again while it is written is written again', async () => {
    const item = new Item('a');
    const written: (number | null)[] = [];
    onSave(async ({ n }) => written.push(n));
    await runInScope(async () => {
      Session.add(item);
      const flush = Session.flush();
      await atFirstWrite.promise;
      Session.add(item);
      go.resolve();
      await flush;
      expect(Session.hasUncommittedWrites).toBe(true);
      item.n = 2;
      await Session.commit();
    });
    expect(written).toEqual([null, 2]);
  });

  test('a savepoint is undone after the flush inside it has ended', async () => {
    await runInScope(async () => {
      await Session.execute("insert into items (name) values ('first')");
      const nested = Session.beginNested(async () => {
        Session.addAll([new Item('a'), new Item('b')]);
        const flush = Session.flush();
        await atFirstWrite.promise;
        setImmediate(go.resolve);
        await Promise.all([flush, Promise.reject(new Error('on purpose'))]);
      });
      await expect(nested).rejects.toThrow('on purpose');
      await Session.commit();
    });
    expect(await fixture.names()).toEqual(['first']);
  });

  test('a hook of the mapper may use the session during a flush, and does not wait for it', async () => {
    go.resolve();
    onSave(async ({ name }) => {
      if (name !== 'a') return;
      Session.add(new Item('by the hook'));
      await Session.flush();
      expect(await Session.query(Item).count()).toBe(1);
    });
    await runInScope(async () => {
      Session.add(new Item('a'));
      await Session.commit();
    });
    expect(await fixture.names()).toEqual(['a', 'by the hook']);
  });

  test.each(['commit', 'rollback', 'begin'] as const)(
    '%s() of such a hook is refused: it would cut the flush in two',
    async (call) => {
      go.resolve();
      onSave(() => Session[call]());
      await runInScope(async () => {
        Session.add(new Item('a'));
        const commit = Session.commit();
        await expect(commit).rejects.toThrow(InvalidRequestError);
        await expect(commit).rejects.toThrow(`${call}() was called during a flush`);
      });
      expect(await fixture.names()).toEqual([]);
    },
  );

  test('a session that was removed is over wherever it is kept', async () => {
    await runInScope(async () => {
      const kept = Session();
      await kept.execute("insert into items (name) values ('gone')");
      await Session.remove();
      await expect(kept.execute('select 1')).rejects.toThrow(ScopeClosedError);
      expect(() => kept.add(new Item('a'))).toThrow('kept after Session.remove()');
      expect(fixture.engine.status().inUse).toBe(0);
      expect(Session()).not.toBe(kept);
      await Session.commit();
    });
    expect(await fixture.names()).toEqual([]);
  });
});
