/** What a session commits, told before and after; ports the reference's test_track_modifications.py for every library. */
import type { ScopedSession } from '@quartet/db-core';
import type { ModelsCommitted } from '@quartet/db-core/observe';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { noteChange, watchChanges } from '@quartet/db-core/binding';
import { getRecordedQueries, Recorder, trackModifications } from '@quartet/db-core/observe';
import { Item, mapItems } from './item';
import { onEachEngine } from './support';

type Seen = [name: string, operation: string][];

function list({ changes }: ModelsCommitted): Seen {
  return changes.map(({ instance, operation }) => [(instance as Item).name, operation]);
}

onEachEngine((fixture) => {
  let Session: ScopedSession;
  let before: Seen[];
  let after: Seen[];
  let stop: () => void;
  beforeEach(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    mapItems(fixture.engine, Session);
    before = [];
    after = [];
    stop = trackModifications(fixture.engine, {
      beforeCommit: (event) => before.push(list(event)),
      afterCommit: (event) => after.push(list(event)),
    });
  });
  afterEach(() => stop());

  test('insert, update and delete are told before and after the commit, in the same list', async () => {
    await runInScope(async () => {
      const item = new Item('a');
      Session.add(item);
      await Session.flush();
      expect([before, after]).toEqual([[], []]);
      await Session.commit();
      expect([before, after]).toEqual([[[['a', 'insert']]], [[['a', 'insert']]]]);

      item.n = 2;
      Session.add(item);
      await Session.commit();
      Session.delete(item);
      await Session.commit();
    });
    expect(after.slice(1)).toEqual([[['a', 'update']], [['a', 'delete']]]);
    expect(before).toEqual(after);
  });

  test('an object is told of once: what was inserted and changed is an insert, inserted and deleted nothing', async () => {
    await runInScope(async () => {
      const [kept, gone] = [new Item('kept'), new Item('gone')];
      Session.addAll([kept, gone]);
      await Session.flush();
      kept.n = 1;
      Session.add(kept);
      Session.delete(gone);
      await Session.commit();
    });
    expect(after).toEqual([[['kept', 'insert']]]);
  });

  test('what is rolled back is not told of, be it all or a savepoint', async () => {
    await runInScope(async () => {
      Session.add(new Item('gone'));
      await Session.flush();
      await Session.rollback();
      await Session.commit();
      expect([before, after]).toEqual([[], []]);

      const kept = new Item('kept');
      Session.add(kept);
      await Session.flush();
      const failing = Session.beginNested(async () => {
        Session.add(new Item('undone'));
        Session.delete(kept);
        await Session.flush();
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      await Session.beginNested(async () => Session.add(new Item('too')));
      await Session.commit();
    });
    expect(after).toEqual([
      [
        ['kept', 'insert'],
        ['too', 'insert'],
      ],
    ]);
  });

  test('of several databases, a savepoint that is undone takes its own changes alone', async () => {
    const other = createEngine('sqlite://');
    const both = scopedSession(sessionmaker({ bind: fixture.engine, binds: { other } }));
    const seen: Seen[] = [];
    const stopBoth = trackModifications([fixture.engine, other, other], {
      afterCommit: (event) => seen.push(list(event)),
    });
    await runInScope(async () => {
      await both.execute("insert into items (name) values ('x')");
      const failing = both.beginNested(async () => {
        await both.execute("insert into items (name) values ('y')");
        noteChange(fixture.engine, new Item('here'), 'insert');
        noteChange(other, new Item('there'), 'insert');
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      await both.commit();
    });
    expect(seen).toEqual([[['there', 'insert']]]);
    stopBoth();
    await other.dispose();
  });

  test('sessions that overlap tell of their own changes', async () => {
    const sessions = new Set<unknown>();
    const stopHere = trackModifications(fixture.engine, {
      afterCommit: ({ session }) => sessions.add(session),
    });
    await Promise.all(
      ['a', 'b'].map((name) =>
        runInScope(async () => {
          Session.add(new Item(name));
          await Session.commit();
        }),
      ),
    );
    stopHere();
    expect(after).toHaveLength(2);
    expect(after).toContainEqual([['a', 'insert']]);
    expect(after).toContainEqual([['b', 'insert']]);
    expect(sessions.size).toBe(2);
  });

  test('a listener before the commit may add to it, or prevent it', async () => {
    let refuse = false;
    const stopHere = trackModifications(fixture.engine, {
      beforeCommit({ session }) {
        if (refuse) throw new Error('not today');
        session.add(new Item('audit'));
      },
    });
    await runInScope(async () => {
      Session.add(new Item('a'));
      await Session.commit();
      expect(after[0]).toEqual([
        ['a', 'insert'],
        ['audit', 'insert'],
      ]);
      refuse = true;
      Session.add(new Item('b'));
      await expect(Session.commit()).rejects.toThrow('not today');
      await Session.rollback();
    });
    stopHere();
    expect(await fixture.names()).toEqual(['a', 'audit']);
  });

  test('once stopped it tells nothing, and the engine is not listened to', async () => {
    stop();
    expect(fixture.engine.listenerCount('savepoint')).toBe(0);
    await runInScope(async () => {
      Session.add(new Item('a'));
      await Session.commit();
    });
    expect([before, after]).toEqual([[], []]);
  });

  test('getRecordedQueries gives the statements of the scope, none without a recorder', async () => {
    const ask = async (): Promise<string[]> => {
      await Session.execute('select 1 as one');
      return getRecordedQueries().map(({ statement }) => statement);
    };
    expect(await runInScope(ask, { observer: new Recorder() })).toEqual(['select 1 as one']);
    expect(await runInScope(ask)).toEqual([]);
    expect(getRecordedQueries()).toEqual([]);
  });
});

test('a library is watched only while somebody tracks, whoever came first', async () => {
  const engine = createEngine('sqlite://');
  const watched: string[] = [];
  const watch = (name: string) => () => {
    watched.push(name);
    return () => void watched.splice(watched.indexOf(name), 1);
  };
  watchChanges(engine, watch('first'));
  expect(watched).toEqual([]);
  const stops = [1, 2].map(() => trackModifications(engine, {}));
  expect(watched).toEqual(['first']);
  watchChanges(engine, watch('second'));
  expect(watched).toEqual(['first', 'second']);
  stops[0]?.();
  expect(watched).toEqual(['first', 'second']);
  stops[1]?.();
  expect(watched).toEqual([]);
  await engine.dispose();
});
