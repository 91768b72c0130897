/** Every event of an engine says whose it is and where. */
import type { EngineEvent, EngineEvents } from '@quartet/db-core';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { onEachEngine } from './support';

const EVENTS = [
  'checkout',
  'query',
  'begin',
  'savepoint',
  'commit',
  'rollback',
  'checkin',
] as const;

onEachEngine((fixture) => {
  test('each event names its engine, its session and its connection', async () => {
    const { engine } = fixture;
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const heard: [string, EngineEvent][] = [];
    const listeners = EVENTS.map((name) => {
      const note = (event: EngineEvents[typeof name][0]): void => void heard.push([name, event]);
      engine.on(name, note);
      return () => engine.off(name, note);
    });
    let session: object | undefined;
    await runInScope(async () => {
      session = Session();
      await Session.begin({ begin: 'eager' });
      await Session.beginNested(async () => void (await Session.execute('SELECT 1')));
      await Session.commit();
      await Session.begin({ begin: 'eager' });
      await Session.execute('SELECT 2');
      await Session.rollback();
    });
    await engine.execute('SELECT 3');
    for (const stop of listeners) stop();
    expect(new Set(heard.map(([name]) => name))).toEqual(new Set(EVENTS));
    const hasServer = fixture.name !== 'sqlite';
    for (const [name, event] of heard) {
      expect([name, event.engine]).toEqual([name, engine]);
      expect([name, typeof event.connectionId]).toEqual([name, 'number']);
      expect([name, typeof event.node]).toEqual([name, hasServer ? 'string' : 'undefined']);
    }
    const outside = heard.findLastIndex(([name]) => name === 'checkout');
    expect(heard.slice(0, outside).every(([, event]) => event.session === session)).toBe(true);
    expect(heard.slice(outside).every(([, event]) => event.session === undefined)).toBe(true);
  });

  test('a listener of several engines tells them apart', async () => {
    const other = createEngine('sqlite://');
    const heard: [object, string][] = [];
    const note = ({ engine, sql }: EngineEvents['query'][0]): void =>
      void heard.push([engine, sql]);
    for (const each of [fixture.engine, other]) each.on('query', note);
    await fixture.engine.execute('SELECT 1');
    await other.execute('SELECT 2');
    fixture.engine.off('query', note);
    await other.dispose();
    expect(heard).toEqual([
      [fixture.engine, 'SELECT 1'],
      [other, 'SELECT 2'],
    ]);
  });
});
