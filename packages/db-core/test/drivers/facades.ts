/** The facade drivers of each database, driven in the way a library would, behind one small interface. */
import type { Engine } from '@quartet/db-core';
import { mysql2Driver, pgDriver, Route, runSqlite } from '@quartet/db-core/drivers';
import type { EngineName } from '@quartet/testing';
import type { Connection } from 'mysql2';

/** A library's own connection object. */
export interface LibraryConnection {
  run(sql: string): Promise<void>;
  /** The first column of every row. */
  values(sql: string): Promise<unknown[]>;
  /** Calls back as the driver does; promises are told by a callback too. */
  callback(sql: string, done: (error: Error | null) => void): void;
  /** May resolve before what was left open is rolled back. */
  release(): Promise<void>;
}

export interface Facade {
  readonly name: string;
  /** Whether a connection is held from `open` to `release`. */
  readonly checkedOut: boolean;
  open(engine: Engine): Promise<LibraryConnection>;
}

const first = (row: unknown): unknown => Object.values(row as object)[0];

/** No driver of SQLite is asynchronous: bindings make theirs of this. */
function onRoute(engine: Engine, checkedOut: boolean): LibraryConnection {
  const route = new Route(engine, checkedOut);
  const run = (sql: string) => runSqlite(engine, route, { sql });
  return {
    run: async (sql) => void (await run(sql)),
    values: async (sql) => ((await run(sql))?.rows ?? []).map(first),
    callback: (sql, done) =>
      void run(sql).then(
        () => done(null),
        (error: Error) => done(error),
      ),
    release: async () => void (await route.free()),
  };
}

export const facades: Record<EngineName, readonly Facade[]> = {
  sqlite: [
    { name: 'a Route', checkedOut: false, open: async (engine) => onRoute(engine, false) },
    {
      name: 'a Route checked out',
      checkedOut: true,
      open: async (engine) => onRoute(engine, true),
    },
  ],
  postgres: [
    {
      name: 'a client of a pg Pool',
      checkedOut: true,
      open: async (engine) => {
        const client = await new (pgDriver(engine).Pool)().connect();
        let released = false;
        return {
          run: async (sql) => void (await client.query(sql)),
          values: async (sql) => (await client.query(sql)).rows.map(first),
          callback: (sql, done) => client.query(sql, done),
          release: async () => {
            if (!released) client.release(); // twice is an error, as in pg
            released = true;
          },
        };
      },
    },
    {
      name: 'a pg Client',
      checkedOut: false,
      open: async (engine) => {
        const client = new (pgDriver(engine).Client)();
        await client.connect();
        return {
          run: async (sql) => void (await client.query(sql)),
          values: async (sql) => (await client.query(sql)).rows.map(first),
          callback: (sql, done) => client.query(sql, done),
          release: () => client.end(),
        };
      },
    },
  ],
  mariadb: [
    {
      name: 'a connection of a mysql2 pool',
      checkedOut: true,
      open: async (engine) => {
        const connection = await mysql2Driver(engine).createPool({}).promise().getConnection();
        return {
          run: async (sql) => void (await connection.query(sql)),
          values: async (sql) => ((await connection.execute(sql))[0] as unknown[]).map(first),
          callback: (sql, done) =>
            void (connection.connection as unknown as Connection).query(sql, done),
          release: async () => {
            connection.release();
          },
        };
      },
    },
    {
      name: 'a mysql2 connection',
      checkedOut: false,
      open: async (engine) => {
        const connection = mysql2Driver(engine).createConnection({});
        const promises = connection.promise();
        return {
          run: async (sql) => void (await promises.query(sql)),
          values: async (sql) => ((await promises.query(sql))[0] as unknown[]).map(first),
          callback: (sql, done) => void connection.execute(sql, done),
          release: () => promises.end(),
        };
      },
    },
  ],
};
