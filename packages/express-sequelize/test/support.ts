/** Databases made for one test file and dropped after it, a model of to-dos, and requests to an app. */
import type { AddressInfo } from 'node:net';
import type { Query } from '@quartet/db-core/orm';
import { requestScopesOf } from '@quartet/db-core/express';
import type { AppOptions, SQLAlchemyOptions } from '@quartet/express-sequelize';
import { SQLAlchemy } from '@quartet/express-sequelize';
import type { EngineName, FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import type { Application } from 'express';
import express from 'express';
import type { CreationOptional } from 'sequelize';
import { DataTypes } from 'sequelize';

export interface Databases {
  readonly name: EngineName;
  /** The URL of a new, empty database. */
  fresh(): Promise<string>;
}

/** A describe block for each database of this run. */
export function onEachEngine(suite: (databases: Databases) => void): void {
  describe.each(testEngines())('on $name', ({ name }) => {
    const made: FreshDatabase[] = [];
    afterAll(async () => {
      for (const database of made) await database.drop();
    });
    suite({
      name,
      async fresh() {
        const database = await freshDatabase(name);
        made.push(database);
        return database.url;
      },
    });
  });
}

const opened: SQLAlchemy[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.dispose();
});

/** A db object that is disposed after the test. */
export function newDb(options?: SQLAlchemyOptions): SQLAlchemy {
  const db = new SQLAlchemy(options);
  opened.push(db);
  return db;
}

/** An Express app with these settings. */
export function newApp(settings: Record<string, unknown> = {}): Application {
  const app = express();
  for (const [name, value] of Object.entries(settings)) app.set(name, value);
  return app;
}

function declareTodo(db: SQLAlchemy) {
  class Todo extends db.Model<Todo> {
    declare static query: Query<Todo>;
    declare id: CreationOptional<number>;
    declare title: string | null;
  }
  Todo.init({ title: DataTypes.STRING });
  return Todo;
}

/** What the reference's tests have as fixtures. */
export interface Todos {
  readonly db: SQLAlchemy;
  readonly app: Application;
  readonly Todo: ReturnType<typeof declareTodo>;
}

export async function withTodos(
  url: string,
  { options, ...more }: AppOptions & { options?: SQLAlchemyOptions } = {},
): Promise<Todos> {
  const db = newDb(options);
  const Todo = declareTodo(db);
  const app = newApp({ SQLALCHEMY_DATABASE_URI: url });
  await db.initApp(app, more);
  return { db, app, Todo };
}

/** The recorded statements that read rows; on SQLite Sequelize asks for a table's columns before each. */
export function selects(db: SQLAlchemy): readonly string[] {
  return db
    .getRecordedQueries()
    .map(({ statement }) => statement)
    .filter((statement) => /^select/i.test(statement));
}

export interface Answer {
  readonly status: number;
  // oxlint-disable-next-line no-explicit-any -- whatever the app has answered
  readonly body: any;
}

/** Asks an app as a client does, and waits until the request is torn down. @param request for other methods. */
export async function get(
  app: Application,
  path: string,
  request: RequestInit = {},
): Promise<Answer> {
  const server = app.listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      ...request,
      headers: { connection: 'close' },
    });
    const text = await response.text();
    await requestScopesOf(app)?.idle();
    return { status: response.status, body: parse(text) };
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
