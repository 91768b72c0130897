import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ScopedSession } from '@quartet/db-core';
import type { RecordedEvent } from '@quartet/db-core/observe';
import { currentScope, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { Recorder } from '@quartet/db-core/observe';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  let Session: ScopedSession;
  beforeEach(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
  });

  test('the life of a session is recorded in order, on one clock', async () => {
    const live: RecordedEvent[] = [];
    const recorder = new Recorder((event) => live.push(event));
    await runInScope(
      async () => {
        await Session.execute('insert into items (name) values (?)', ['a']);
        await Session.beginNested(() => Session.execute("insert into items (name) values ('b')"));
        await Session.commit();
        await Session.execute("insert into items (name) values ('c')");
      },
      { observer: recorder },
    );
    expect(recorder.events.map(({ kind }) => kind)).toEqual([
      'session-opened',
      'checkout',
      'begin',
      'query',
      'savepoint',
      'query',
      'savepoint',
      'commit',
      'checkin',
      'checkout',
      'begin',
      'query',
      'rollback',
      'checkin',
      'session-removed',
    ]);
    const [, second] = recorder.events.filter(({ kind }) => kind === 'begin');
    const ways = { sqlite: 'sent', postgres: 'joined', mariadb: 'implicit' };
    expect(second?.way).toBe(ways[fixture.name]);
    const times = recorder.events.map(({ at }) => at);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(live).toEqual(recorder.events);
    expect(new Set(recorder.events.flatMap(({ connectionId }) => connectionId ?? [])).size).toBe(1);
  });

  test('a query tells its statement, parameters, rows, duration and where it was asked for', async () => {
    const recorder = new Recorder();
    async function whoAsks() {
      await Session.execute('insert into items (name) values (?)', ['a']);
      await Session.execute('select name from items');
    }
    await runInScope(whoAsks, { observer: recorder });
    const [insert, select] = recorder.queries;
    expect(insert).toMatchObject({
      statement: fixture.engine.compile('insert into items (name) values (?)', ['a']).sql,
      parameters: ['a'],
      rowCount: 1,
      // Jest's source maps name a frame after what it calls; elsewhere it is whoAsks.
      location: expect.stringMatching(/recorder\.test\.ts:\d+:\d+ \((?:.*whoAsks|execute)\)$/),
    });
    expect(insert?.duration).toBeCloseTo((insert?.endTime ?? 0) - (insert?.startTime ?? 0));
    expect(select).toMatchObject({ rowCount: 1, error: undefined });
  });

  test('a folder of the user that is named as ours is the user’s', async () => {
    const recorder = new Recorder();
    const folder = path.join(mkdtempSync(path.join(tmpdir(), 'quartet-')), 'db-core', 'src');
    const file = path.join(folder, 'queries.cjs');
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, "exports.ask = async (Session) => { await Session.execute('select 1'); };");
    const { ask } = (await import(file)) as { ask: (session: ScopedSession) => Promise<void> };
    await runInScope(() => ask(Session), { observer: recorder });
    expect(recorder.queries[0]?.location).toContain(path.join('db-core', 'src', 'queries.cjs:1:'));
  });

  test('a failed query is recorded with its error', async () => {
    const recorder = new Recorder();
    await runInScope(() => Session.execute('select nothing from nowhere'), {
      observer: recorder,
    }).catch(() => undefined);
    expect(recorder.queries).toEqual([expect.objectContaining({ error: expect.anything() })]);
  });

  test('without a recorder nothing is recorded', async () => {
    await runInScope(async () => {
      await Session.execute('select name from items');
      expect(currentScope()?.observer).toBeUndefined();
    });
  });
});
