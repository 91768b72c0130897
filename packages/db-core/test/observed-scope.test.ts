import express from 'express';
import type { ScopedSession } from '@quartet/db-core';
import { runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { RecordedEvent } from '@quartet/db-core/observe';
import { ReadCounts, Recorder } from '@quartet/db-core/observe';
import { until, withServer } from '@quartet/testing';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  let Session: ScopedSession;
  beforeEach(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
  });

  test('each event tells whose it is and on which engine', async () => {
    const other = fixture.another();
    const Other = scopedSession(sessionmaker({ bind: other }));
    const recorder = new Recorder();
    await runInScope(
      async () => {
        const [one, two] = [Session(), Other()];
        await Session.execute('select 1');
        await Other.execute('select 2');
        const whose = (kind: string) =>
          recorder.events.filter((each) => each.kind === kind).map(({ session }) => session);
        expect(whose('session-opened')).toEqual([one, two]);
        expect(whose('query')).toEqual([one, two]);
      },
      { observer: recorder },
    );
    const queries = recorder.events.filter(({ kind }) => kind === 'query');
    expect(queries.map(({ engine }) => engine)).toEqual([fixture.engine, other]);
    const [opened, removed] = ['session-opened', 'session-removed'].map((kind) =>
      recorder.events.filter((each) => each.kind === kind).map(({ session }) => session),
    );
    expect(removed).toEqual(opened);
  });

  test('a tool records requests beside the recorder that the app has for itself', async () => {
    const [own, first, second] = [new Recorder(), new Recorder(), new Recorder()];
    const app = express();
    const scopes = initApp(app, { record: () => own });
    scopes.record(() => first);
    scopes.record(({ path }) => (path === '/one' ? second : undefined));
    app.get('/:path', async (_req, res) => {
      await Session.execute('select 1');
      res.send('ok');
    });
    await withServer(app, async (url) => {
      await fetch(`${url}/one`);
      await until(() => second.events.at(-1)?.kind === 'session-removed');
      expect(second.events.map(({ kind }) => kind)).toEqual(own.events.map(({ kind }) => kind));
      await fetch(`${url}/two`);
    });
    expect([own, first, second].map(({ queries }) => queries.length)).toEqual([2, 2, 1]);
    expect(second.queries[0]?.location).toContain('observed-scope.test.ts');
  });

  test('a recorder keeps as many events as it is told, and tells its listener of all', async () => {
    const told: RecordedEvent[] = [];
    const recorder = new Recorder((event) => told.push(event), { keeps: 2 });
    await runInScope(() => Session.execute('select 1'), { observer: recorder });
    expect(told.length).toBeGreaterThan(2);
    expect(recorder.events).toEqual(told.slice(0, 2));
  });

  test('a commit that a request forgot is noted before its session ends', async () => {
    const recorder = new Recorder();
    const app = express();
    const scopes = initApp(app, { record: () => recorder, onForgottenCommit: () => undefined });
    app.post('/:answer', async (req, res) => {
      await Session.execute("insert into items (name) values ('a')");
      if (req.params.answer === 'kept') await Session.commit();
      res.sendStatus(req.params.answer === 'failed' ? 422 : 201);
    });
    const kindsAfter = async (url: string, answer: string) => {
      const before = recorder.events.length;
      await fetch(`${url}/${answer}`, { method: 'POST' });
      await scopes.idle(); // the answer is out before its teardown is over
      return recorder.events.slice(before).map(({ kind }) => kind);
    };
    await withServer(app, async (url) => {
      const kinds = await kindsAfter(url, 'forgotten');
      expect(kinds.slice(kinds.indexOf('forgotten-commit'))).toEqual([
        'forgotten-commit',
        'rollback',
        'checkin',
        'session-removed',
      ]);
      expect(await kindsAfter(url, 'failed')).not.toContain('forgotten-commit');
      expect(await kindsAfter(url, 'kept')).not.toContain('forgotten-commit');
    });
  });

  test('reads of one shape are counted until something is written', () => {
    const counts = new ReadCounts(fixture.engine.describe);
    const byId = (id: number) => counts.add(`select name from items where id = ${id}`);
    expect([byId(1), byId(2), counts.add('select n from items'), byId(3)]).toEqual([1, 2, 1, 3]);
    expect(counts.add("update items set name = 'a'")).toBe(0);
    expect(byId(4)).toBe(1);
  });

  test('the pieces of a statement are its text', () => {
    const sql = "select name, 'it''s' from items -- all\n where n > 1.5";
    const { pieces } = fixture.engine.describe(sql);
    expect(pieces.map(({ text }) => text).join('')).toBe(sql);
    expect(pieces.filter(({ kind }) => kind === 'string')).toEqual([
      { kind: 'string', text: "'it''s'" },
    ]);
    expect(pieces.find(({ kind }) => kind === 'comment')?.text.trim()).toBe('-- all');
  });
});
