import type { ScopedSession } from '@quartet/db-core';
import { IntegrityError, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { withTestIsolation } from '@quartet/db-core/testing';
import { Item, mapItems } from './item';
import { deferred, onEachEngine } from './support';

onEachEngine((fixture) => {
  let Session: ScopedSession;
  const insert = (name: string) =>
    fixture.engine.execute('insert into items (name) values (?)', [name]);
  const add = (name: string) =>
    runInScope(async () => {
      Session.add(new Item(name));
      await Session.commit();
    });
  beforeEach(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    mapItems(fixture.engine, Session);
  });

  test('commits inside are real to the code and gone afterwards', async () => {
    await insert('before');
    const result = await withTestIsolation(fixture.engine, async () => {
      await add('a');
      await add('b');
      expect(await fixture.names()).toEqual(['a', 'b', 'before']);
      return 'value';
    });
    expect(result).toBe('value');
    expect(await fixture.names()).toEqual(['before']);
  });

  test('a rollback inside undoes its own transaction alone', async () => {
    await withTestIsolation(fixture.engine, async () => {
      await add('kept');
      await runInScope(async () => {
        await Session.execute("insert into items (name) values ('dropped')");
        await Session.rollback();
      });
      await runInScope(() =>
        Session.execute("insert into items (name) values ('never committed')"),
      );
      expect(await fixture.names()).toEqual(['kept']);
    });
    expect(await fixture.names()).toEqual([]);
  });

  test('savepoints, failures and autocommit work inside as they do outside', async () => {
    await withTestIsolation(fixture.engine, async () => {
      await insert('a');
      await expect(insert('a')).rejects.toThrow(IntegrityError);
      await runInScope(async () => {
        await Session.execute("insert into items (name) values ('b')");
        await expect(
          Session.beginNested(() => Session.execute("insert into items (name) values ('b')")),
        ).rejects.toThrow(IntegrityError);
        await Session.commit();
        Session.add(new Item('a'));
        await expect(Session.commit()).rejects.toThrow(IntegrityError);
        await Session.rollback();
        Session.add(new Item('c'));
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['a', 'b', 'c']);
    });
    expect(await fixture.names()).toEqual([]);
  });

  test('what throws inside is passed on, and rolled back all the same', async () => {
    const failure = withTestIsolation(fixture.engine, async () => {
      await add('a');
      throw new Error('assertion');
    });
    await expect(failure).rejects.toThrow('assertion');
    expect(await fixture.names()).toEqual([]);
  });

  test('afterwards the engine is as it was: its own pool, its own transactions', async () => {
    await withTestIsolation(fixture.engine, () => add('a'));
    await add('b');
    expect(await fixture.names()).toEqual(['b']);
    expect(fixture.engine.status()).toMatchObject({ inUse: 0, waiting: 0 });
    expect(fixture.engine.status().max).toBeGreaterThan(1);
  });

  test('scopes at the same time share the one connection in turn', async () => {
    await withTestIsolation(fixture.engine, async () => {
      await Promise.all(['a', 'b', 'c', 'd'].map(add));
      expect(await fixture.names()).toEqual(['a', 'b', 'c', 'd']);
    });
  });

  test('what is on its way home at the end is waited for, and rolled back with the rest', async () => {
    const goOn = deferred();
    let late: Promise<void> | undefined;
    await withTestIsolation(fixture.engine, async () => {
      const begun = deferred();
      late = runInScope(async () => {
        await Session.execute("insert into items (name) values ('late')");
        begun.resolve();
        await goOn.promise;
        await Session.commit();
      });
      await begun.promise;
      setImmediate(goOn.resolve); // after the end of this function
    });
    await late;
    expect(await fixture.names()).toEqual([]);
    const { inUse, idle, size } = fixture.engine.status();
    expect({ inUse, idle }).toEqual({ inUse: 0, idle: size });
  });

  test('what never ends is told of, and its connection is not given to anybody again', async () => {
    const call = withTestIsolation(fixture.engine, async () => {
      const forgotten = fixture.engine.connect();
      await forgotten.execute('select name from items');
    });
    await expect(call).rejects.toThrow('await what is started inside');
    expect(await fixture.names()).toEqual([]);
  });

  test('it is refused inside itself, and while connections are in use', async () => {
    await withTestIsolation(fixture.engine, async () => {
      await expect(withTestIsolation(fixture.engine, async () => undefined)).rejects.toThrow(
        'cannot be nested',
      );
    });
    await runInScope(async () => {
      await Session.execute('delete from items');
      await expect(withTestIsolation(fixture.engine, async () => undefined)).rejects.toThrow(
        'are in use',
      );
    });
  });

  if (fixture.name === 'mariadb') {
    test('DDL, at which MariaDB commits by itself, is refused with the reason', async () => {
      const failure = withTestIsolation(fixture.engine, () =>
        fixture.engine.execute('create table other (a int)'),
      );
      await expect(failure).rejects.toThrow('committed by itself');
    });
  }
});
