/** The bare driver: a prepared statement for each row of an import, and the pages of an export, in one transaction each. */
import Database from 'better-sqlite3';
import type { NewUser } from '@quartet/http-contract';
import mysql from 'mysql2/promise';
import { Pool } from 'pg';
import type { MessageRow, UserRow } from '../variants/hand-written';
import { messageBody, numbered, SQL } from '../variants/hand-written';
import { POOL_SIZE, targetOf } from '../variants/variant';
import type { ManyRows } from './contestant';
import { byKey } from './contestant';

/** A page of the messages behind an id, with their authors. */
export const EXPORT_PAGE = `SELECT m.id, m.body, m.created_at, u.id AS author_id, u.name AS author_name
  FROM (SELECT * FROM messages WHERE id > ? ORDER BY id LIMIT ?) m JOIN users u ON u.id = m.user_id ORDER BY m.id`;

export const SLEEP = {
  sqlite: 'SELECT ?',
  postgres: 'SELECT pg_sleep(?)',
  mariadb: 'SELECT sleep(?)',
};

const INSERT = 'INSERT INTO users (name, email) VALUES (?, ?)';

type Ask = (sql: string, values: (number | string)[]) => Promise<unknown>;

export async function startBare(url: string): Promise<ManyRows> {
  const target = targetOf(url);
  if (target.engine === 'sqlite') return sqlite(target.file);
  return target.engine === 'postgres' ? postgres(url) : mariadb(url);
}

function sqlite(file: string): ManyRows {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
  const insert = db.prepare(INSERT);
  const page = db.prepare(EXPORT_PAGE);
  const find = db.prepare(SQL.findUser);
  const importAll = db.transaction((rows: NewUser[]) => {
    for (const { name, email } of rows) insert.run(name, email);
  });
  return {
    importUsers: async (rows) => importAll.immediate(rows),
    findUser: async (id) => find.get(id),
    exportMessages: () => exported(async (_sql, values) => page.all(...values)),
    close: async () => db.close(),
  };
}

function postgres(url: string): ManyRows {
  const pool = new Pool({ connectionString: url, max: POOL_SIZE });
  return {
    async importUsers(rows) {
      const client = await pool.connect();
      await client.query('BEGIN');
      for (const { name, email } of rows)
        await client.query({ name: 'insert', text: numbered(INSERT), values: [name, email] });
      await client.query('COMMIT');
      client.release();
    },
    findUser: async (id) =>
      (await pool.query<UserRow>({ name: 'find', text: numbered(SQL.findUser), values: [id] }))
        .rows[0],
    sleep: (seconds) => pool.query(numbered(SLEEP.postgres), [seconds]),
    exportMessages: () =>
      exported(async (sql, values) => {
        const text = numbered(sql);
        return (await pool.query<MessageRow>({ name: 'page', text, values })).rows;
      }),
    close: () => pool.end(),
  };
}

function mariadb(url: string): ManyRows {
  const pool = mysql.createPool({ uri: url, connectionLimit: POOL_SIZE, timezone: 'Z' });
  return {
    async importUsers(rows) {
      const connection = await pool.getConnection();
      await connection.beginTransaction();
      for (const { name, email } of rows) await connection.execute(INSERT, [name, email]);
      await connection.commit();
      connection.release();
    },
    findUser: async (id) => ((await pool.execute(SQL.findUser, [id]))[0] as unknown[])[0],
    sleep: (seconds) => pool.execute(SLEEP.mariadb, [seconds]),
    exportMessages: () => exported(async (sql, values) => (await pool.execute(sql, values))[0]),
    close: () => pool.end(),
  };
}

function exported(ask: Ask): AsyncIterable<unknown> {
  return byKey(async (last, limit) =>
    ((await ask(EXPORT_PAGE, [last, limit])) as MessageRow[]).map(messageBody),
  );
}
