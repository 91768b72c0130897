/** A describe block for each engine of the run, with an app's database set up on an empty database. */
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { EngineName, FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import { Probe } from './probe/probe';

export interface Stage {
  readonly name: EngineName;
  readonly engine: Engine;
  readonly probe: Probe;
}

/**
 * @param initDb sets up the database of an app for the engine; every row is gone again before each test.
 * @param suite is given a stage whose parts are there once the tests run.
 * @example
 * onEachEngine(initDb, (stage) => {
 *   test('…', async () => expect(await stage.probe.count('users')).toBe(0));
 * });
 */
export function onEachEngine(
  initDb: (engine: Engine) => Promise<unknown>,
  suite: (stage: Stage) => void,
): void {
  describe.each(testEngines())('on $name', ({ name }) => {
    const stage = { name } as { -readonly [K in keyof Stage]: Stage[K] };
    let database: FreshDatabase;
    beforeAll(async () => {
      database = await freshDatabase(name);
      stage.engine = createEngine(database.appUrl);
      await initDb(stage.engine);
      stage.probe = await Probe.open(name, database.url);
    });
    beforeEach(() => stage.probe.empty());
    afterAll(async () => {
      await stage.engine.dispose();
      await stage.probe.close();
      await database.drop();
    });
    suite(stage);
  });
}
