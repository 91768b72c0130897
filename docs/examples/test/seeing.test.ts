import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { Recorder, trackModifications } from '@quartet/db-core/observe';
import { initApp } from '@quartet/db-core/express';
import express from 'express';
import { engine, Session, useDatabase, User } from './support';

useDatabase();

test('a recorder notes what a scope does', async () => {
  // #region recorder
  const recorder = new Recorder();
  await runInScope(
    async () => {
      Session.add(new User('admin'));
      await Session.commit();
    },
    { observer: recorder },
  );
  const [insert] = recorder.queries;
  expect(insert?.statement).toMatch(/^insert into/);
  expect(insert?.parameters).toContain('admin');
  expect(insert?.duration).toBeGreaterThan(0); // milliseconds
  expect(insert?.location).toContain('seeing.test.ts'); // the line that asked for it
  // #endregion
});

test('requests are recorded when the app says so', () => {
  // #region record-requests
  const app = express();
  initApp(app, {
    record: (req) => (req.query['trace'] === undefined ? undefined : new Recorder()),
    onTeardown: (_error, req) => console.log(`${req.path} is over`),
  });
  // #endregion
  expect(app).toBeDefined();
});

test('engines tell what happens on them', async () => {
  const lines: string[] = [];
  // #region events
  engine.on('query', ({ sql, durationMs }) => {
    if (durationMs >= 0) lines.push(sql); // a real log would say > 200
  });
  await engine.execute('select 1');
  expect(lines).toEqual(['select 1']);
  // #endregion
  engine.removeAllListeners('query');
});

test('echo logs every statement', async () => {
  const lines: string[] = [];
  // #region echo
  const engine = createEngine('sqlite://', { echo: (line) => lines.push(line) });
  await engine.execute('select upper(?) as greeting', ['hello']);
  expect(lines[0]).toMatch(/^ +[\d.]+ ms +1 row {2}select upper\(\?\) as greeting {2}\['hello'\]$/);
  // #endregion
  await engine.dispose();
});

test('what a session commits is told', async () => {
  const lines: string[] = [];
  // #region modifications
  const stop = trackModifications(engine, {
    afterCommit({ changes }) {
      for (const { instance, operation } of changes)
        lines.push(`${operation} ${(instance as User).name}`);
    },
  });
  await runInScope(async () => {
    Session.add(new User('admin'));
    await Session.commit();
  });
  expect(lines).toEqual(['insert admin']);
  stop();
  // #endregion
});

test('a session that is idle in a transaction is reported', async () => {
  const engine = createEngine('sqlite://', { idleInTransactionWarnMs: 5 });
  const Session = scopedSession(sessionmaker({ bind: engine }));
  // #region idle-in-transaction
  const reported = new Promise((resolve) => engine.once('idle-in-transaction', resolve));
  await runInScope(async () => {
    await Session.execute('create table users (name text)');
    expect(await reported).toMatchObject({ location: expect.stringContaining('seeing.test.ts') });
  });
  // #endregion
  await engine.dispose();
});

test('a connection held too long is reported', async () => {
  const engine = createEngine('sqlite://', { leakThresholdMs: 5 });
  // #region leak
  const reported = new Promise((resolve) => engine.once('leak', resolve));
  const forgotten = engine.connect();
  await forgotten.execute('select 1'); // and nobody closes it
  expect(await reported).toMatchObject({ stack: expect.stringContaining('seeing.test.ts') });
  // #endregion
  await forgotten.close();
  await engine.dispose();
});
