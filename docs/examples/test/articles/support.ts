/** What the tests of the articles' programs stand on: each engine of the run, and the app under test as a server. */
import { inspect } from 'node:util';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { EngineName, FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines, withServer } from '@quartet/testing';
import type { Express } from 'express';
import type { Sequelize } from 'sequelize';

export interface Stage {
  readonly name: EngineName;
  readonly engine: Engine;
  /** The URL of its database, as it stands in an app's settings. */
  readonly url: string;
}

const TABLES = ['messages', 'users', 'accounts', 'theirs'];

/** A describe block for each engine of the run; every test finds a database without the articles' tables. */
export function onEachEngine(suite: (stage: Stage) => void): void {
  describe.each(testEngines())('on $name', ({ name }) => {
    const stage = { name } as { -readonly [K in keyof Stage]: Stage[K] };
    let database: FreshDatabase;
    beforeAll(async () => {
      database = await freshDatabase(name);
      stage.url = database.url;
      stage.engine = createEngine(database.url);
    });
    beforeEach(async () => {
      for (const table of TABLES) await stage.engine.execute(`drop table if exists ${table}`);
    });
    afterAll(async () => {
      await stage.engine.dispose();
      await database.drop();
    });
    suite(stage);
  });
}

/** What Flask's `app.test_client()` gives. */
export interface TestClient {
  get(path: string): Promise<string>;
  /** As a form sends it. */
  post(path: string, form: Record<string, string>): Promise<string>;
}

/** Serves the app over real HTTP while `use` runs. */
export async function testClient(
  app: Express,
  use: (client: TestClient) => Promise<unknown>,
): Promise<void> {
  await withServer(app, async (url) => {
    const text = async (path: string, init?: RequestInit): Promise<string> =>
      (await fetch(url + path, init)).text();
    await use({
      get: (path) => text(path),
      post: (path, form) => text(path, { method: 'POST', body: new URLSearchParams(form) }),
    });
  });
}

/** Closes what a test has bound; a test that has bound nothing is given what the one before had. */
export async function closeOnce(sequelize: Sequelize | undefined): Promise<void> {
  if (!sequelize || closed.has(sequelize)) return;
  closed.add(sequelize);
  await sequelize.close();
}
const closed = new WeakSet<Sequelize>();

/** As Python prints it: Node puts blanks inside the brackets of a list. */
export function repr(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(repr).join(', ')}]` : inspect(value);
}
