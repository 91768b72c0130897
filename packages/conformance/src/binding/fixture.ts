/** For the bindings: a describe block for each database of this run, with an engine on a fresh database and a scoped session. */
import type { Engine, EngineOptions, ScopedSession } from '@quartet/db-core';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import type { FreshDatabase, TestEngine } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';

export interface Fixture extends TestEngine {
  engine: Engine;
  database: FreshDatabase;
  Session: ScopedSession;
  /** What the engine was asked and did, newest last; `BEGIN`, `COMMIT` and the like in capitals. */
  readonly log: string[];
}

export function onEachEngine(suite: (fixture: Fixture) => void, options: EngineOptions = {}): void {
  describe.each(testEngines())('on $name', (testEngine) => {
    const fixture = { ...testEngine, log: [] as string[] } as unknown as Fixture;
    beforeAll(async () => {
      fixture.database = await freshDatabase(testEngine);
      fixture.engine = createEngine(fixture.database.url, options);
      fixture.Session = scopedSession(sessionmaker({ bind: fixture.engine }));
      const { engine, log } = fixture;
      engine.on('query', ({ sql }) => log.push(sql));
      engine.on('savepoint', ({ sql }) => log.push(sql));
      for (const event of ['begin', 'commit', 'rollback'] as const)
        engine.on(event, () => log.push(event.toUpperCase()));
    });
    beforeEach(() => {
      fixture.log.length = 0;
    });
    afterAll(async () => {
      await fixture.engine.dispose();
      await fixture.database.drop();
    });
    suite(fixture);
  });
}
