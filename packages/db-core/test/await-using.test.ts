import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { enterScope, Scope } from '@quartet/db-core/binding';
import { beginTestIsolation } from '@quartet/db-core/testing';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  const insert = "insert into items (name) values ('a')";

  test('an engine is disposed at the end of its block', async () => {
    let seen;
    {
      await using engine = createEngine(fixture.database.url);
      await engine.execute('select 1');
      seen = engine;
    }
    expect(seen.disposed).toBe(true);
  });

  test('a connection is closed, and what it has begun is rolled back, also where the block throws', async () => {
    const work = async (): Promise<never> => {
      await using connection = fixture.engine.connect();
      await connection.begin();
      await connection.execute(insert);
      throw new Error('left');
    };
    await expect(work()).rejects.toThrow('left');
    expect(fixture.engine.status().inUse).toBe(0);
    expect(await fixture.names()).toEqual([]);
  });

  test('a session that was made by hand gives its connection back', async () => {
    {
      await using session = sessionmaker({ bind: fixture.engine })();
      await session.execute(insert);
    }
    expect(fixture.engine.status().inUse).toBe(0);
    expect(await fixture.names()).toEqual([]);
  });

  test('a scope ends its sessions', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    {
      await using scope = new Scope();
      await enterScope(scope, async () => await Session.execute(insert));
      expect(fixture.engine.status().inUse).toBe(1);
    }
    expect(fixture.engine.status().inUse).toBe(0);
    expect(await fixture.names()).toEqual([]);
  });

  test('an isolation is rolled back, with requests that overlapped inside it', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    const request = (name: string): Promise<void> =>
      runInScope(async () => {
        await Session.execute('insert into items (name) values (?)', [name]);
        await new Promise(setImmediate);
        await Session.commit();
      });
    {
      await using isolation = await beginTestIsolation(fixture.engine);
      const names = ['a', 'b', 'c', 'd'];
      await Promise.all(names.map(request));
      expect(await fixture.names()).toEqual(names);
      expect(isolation.end).toEqual(expect.any(Function));
    }
    expect(await fixture.names()).toEqual([]);
  });
});

onEachEngine((fixture) => {
  describe('an isolation for each test, by hooks', () => {
    let isolation: Awaited<ReturnType<typeof beginTestIsolation>>;
    beforeEach(async () => {
      isolation = await beginTestIsolation(fixture.engine);
    });
    afterEach(() => isolation.end());

    test.each(['first', 'second'])('the %s finds the table empty', async () => {
      expect(await fixture.names()).toEqual([]);
      await fixture.engine.execute("insert into items (name) values ('a')");
    });

    test('it cannot be nested, and ends once', async () => {
      await expect(beginTestIsolation(fixture.engine)).rejects.toThrow('isolated already');
      await isolation.end();
      await isolation.end();
      const again = await beginTestIsolation(fixture.engine);
      await again.end();
    });
  });

  test('two that begin at once: one is refused, and the engine is free afterwards', async () => {
    const both = await Promise.allSettled([1, 2].map(() => beginTestIsolation(fixture.engine)));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    for (const each of both) if (each.status === 'fulfilled') await each.value.end();
    expect(fixture.engine.status().inUse).toBe(0);
  });

  test('what is still in use at the end is an error, and the engine goes on', async () => {
    const isolation = await beginTestIsolation(fixture.engine);
    const connection = fixture.engine.connect();
    await connection.begin({ begin: 'eager' });
    await expect(isolation.end()).rejects.toThrow('still in use');
    await connection.close();
    expect(await fixture.names()).toEqual([]);
  });
});
