/** A describe block for each database of this run, with an engine on a fresh database and one table. */
import type { Engine, EngineOptions } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { EngineName, FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';

export interface Fixture {
  readonly name: EngineName;
  /** Made anew for each suite; items(id, name unique) is empty before each test. */
  engine: Engine;
  database: FreshDatabase;
  /** An engine of its own on the same database, disposed at the end. */
  another(options?: EngineOptions): Engine;
  /** The names in the table, as somebody outside sees them. */
  names(): Promise<string[]>;
}

const KEY = {
  sqlite: 'integer primary key',
  postgres: 'serial primary key',
  mariadb: 'int auto_increment primary key',
};

export function onEachEngine(suite: (fixture: Fixture) => void, options: EngineOptions = {}): void {
  describe.each(testEngines())('on $name', ({ name }) => {
    const engines: Engine[] = [];
    const fixture = {
      name,
      another(more: EngineOptions = {}): Engine {
        const engine = createEngine(fixture.database.url, more);
        engines.push(engine);
        return engine;
      },
      async names(): Promise<string[]> {
        return (
          await fixture.engine.execute('select name from items order by name')
        ).scalars<string>();
      },
    } as Fixture;

    beforeAll(async () => {
      fixture.database = await freshDatabase(name);
      fixture.engine = fixture.another(options);
      await fixture.engine.execute(
        `create table items (id ${KEY[name]}, name varchar(50) not null unique, n integer)`,
      );
    });
    beforeEach(async () => {
      // Not DELETE on a server: InnoDB keeps locking around deleted rows until they are purged.
      await fixture.engine.execute(
        name === 'sqlite' ? 'delete from items' : 'truncate table items',
      );
    });
    afterAll(async () => {
      for (const engine of engines) await engine.dispose();
      await fixture.database.drop();
    });
    suite(fixture);
  });
}

/** A promise and the calls that settle it. */
export function deferred<T = void>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
