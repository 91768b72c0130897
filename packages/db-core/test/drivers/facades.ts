/** The facade drivers of each database, driven in the way a library would, behind one small interface. */
import type { Engine } from '@quartet/db-core';
import { betterSqlite3Pool, mysql2Driver, pgDriver, sqlite3Driver } from '@quartet/db-core/drivers';
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

export const facades: Record<EngineName, readonly Facade[]> = {
  sqlite: [
    {
      name: 'a sqlite3 Database',
      checkedOut: false,
      open: async (engine) => {
        const { Database } = sqlite3Driver(engine);
        const database = new Database('file');
        const all = (sql: string) =>
          new Promise<unknown[]>((resolve, reject) =>
            database.all(sql, (error, rows = []) => (error ? reject(error) : resolve(rows))),
          );
        return {
          run: (sql) =>
            new Promise((resolve, reject) =>
              database.run(sql, (error) => (error ? reject(error) : resolve())),
            ),
          values: async (sql) => (await all(sql)).map(first),
          callback: (sql, done) => void database.all(sql, done),
          release: () =>
            new Promise((resolve, reject) =>
              database.close((error) => (error ? reject(error) : resolve())),
            ),
        };
      },
    },
    {
      name: 'a connection of the better-sqlite3 pool',
      checkedOut: true,
      open: async (engine) => {
        const pool = betterSqlite3Pool(engine);
        const connection = await pool.acquire().promise;
        return {
          run: async (sql) => void (await connection.prepare(sql).run()),
          values: async (sql) => (await connection.prepare(sql).all()).map(first),
          callback: (sql, done) =>
            void connection
              .prepare(sql)
              .all()
              .then(() => done(null), done),
          release: async () => {
            pool.release(connection);
          },
        };
      },
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
