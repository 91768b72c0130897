/**
 * The limit: Express and the bare driver, with prepared statements kept by hand, and no transactions, sessions
 * or models.
 */
import Database from 'better-sqlite3';
import mysql from 'mysql2/promise';
import { Pool } from 'pg';
import type { Data, MessageRow, UserRow, Written } from './hand-written';
import { handWrittenApp, messageBody, numbered, SQL, tagSql } from './hand-written';
import type { Running, Target } from './variant';
import { POOL_SIZE, targetOf } from './variant';

export async function startBare(url: string): Promise<Running> {
  const { data, close } = open(url);
  return { app: handWrittenApp(data), close };
}

/** The same, with a transaction around the one row that a user is, as a session has it. */
export async function startBareTransactional(url: string): Promise<Running> {
  const { data, createUserInTransaction, close } = open(url);
  return { app: handWrittenApp({ ...data, createUser: createUserInTransaction }), close };
}

function open(url: string): Opened {
  const target = targetOf(url);
  return { sqlite, postgres, mariadb }[target.engine](target);
}

interface Opened {
  readonly data: Data;
  readonly createUserInTransaction: Data['createUser'];
  close(): Promise<void>;
}

function sqlite({ file }: Target): Opened {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
  const prepared = new Map<string, Database.Statement>();
  const statement = (sql: string): Database.Statement => {
    let found = prepared.get(sql);
    if (!found) prepared.set(sql, (found = db.prepare(sql)));
    return found;
  };
  const total = (sql: string): number => (statement(sql).get() as { total: number }).total;
  const writeMessage = db.transaction(
    (userId: number, body: string, tags: readonly string[]): Written | undefined => {
      const author = statement(SQL.author).get(userId) as Written['author'] | undefined;
      if (!author) return undefined;
      const message = statement(SQL.createMessage).get(userId, body) as Omit<Written, 'author'>;
      const { insert, link } = tagSql('sqlite', tags.length);
      statement(insert).run(...tags);
      statement(link).run(message.id, ...tags);
      return { ...message, author };
    },
  );
  const writeUser = db.transaction(
    (name: string, email: string) =>
      (statement(SQL.createUser).get(name, email) as { id: number }).id,
  );
  return {
    data: {
      findUser: async (id) => statement(SQL.findUser).get(id) as UserRow | undefined,
      listUsers: async (limit, offset) => ({
        items: statement(SQL.listUsers).all(limit, offset) as UserRow[],
        total: total(SQL.countUsers),
      }),
      listMessages: async (limit, offset) => ({
        items: (statement(SQL.listMessages).all(limit, offset) as MessageRow[]).map(messageBody),
        total: total(SQL.countMessages),
      }),
      createUser: async (name, email) =>
        (statement(SQL.createUser).get(name, email) as { id: number }).id,
      createMessage: async (...args) => writeMessage.immediate(...args),
    },
    createUserInTransaction: async (name, email) => writeUser.immediate(name, email),
    close: async () => void db.close(),
  };
}

function postgres({ url }: Target): Opened {
  const pool = new Pool({ connectionString: url, max: POOL_SIZE });
  // Named: the server parses and plans each statement once for each connection.
  const named = (name: string, sql: string) => ({ name, text: numbered(sql) });
  const statements = Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, named(name, sql)]),
  ) as Record<keyof typeof SQL, { name: string; text: string }>;
  const count = async (statement: { name: string; text: string }): Promise<number> =>
    Number((await pool.query<{ total: string }>(statement)).rows[0]?.total);
  return {
    data: {
      findUser: async (id) =>
        (await pool.query<UserRow>({ ...statements.findUser, values: [id] })).rows[0],
      listUsers: async (limit, offset) => ({
        items: (await pool.query<UserRow>({ ...statements.listUsers, values: [limit, offset] }))
          .rows,
        total: await count(statements.countUsers),
      }),
      listMessages: async (limit, offset) => ({
        items: (
          await pool.query<MessageRow>({ ...statements.listMessages, values: [limit, offset] })
        ).rows.map(messageBody),
        total: await count(statements.countMessages),
      }),
      createUser: async (name, email) =>
        (await pool.query<{ id: number }>({ ...statements.createUser, values: [name, email] }))
          .rows[0]?.id as number,
      async createMessage(userId, body, tags) {
        const client = await pool.connect();
        try {
          await client.query('BEGIN');
          const author = (
            await client.query<Written['author']>({
              name: 'authorShared',
              text: `${statements.author.text} FOR SHARE`,
              values: [userId],
            })
          ).rows[0];
          if (!author) {
            await client.query('ROLLBACK');
            return undefined;
          }
          const message = (
            await client.query<Omit<Written, 'author'>>({
              ...statements.createMessage,
              values: [userId, body],
            })
          ).rows[0] as Omit<Written, 'author'>;
          const { insert, link } = tagSql('postgres', tags.length);
          await client.query({ ...named(`tags${tags.length}`, insert), values: [...tags] });
          await client.query({
            ...named(`link${tags.length}`, link),
            values: [message.id, ...tags],
          });
          await client.query('COMMIT');
          return { ...message, author };
        } catch (error) {
          await client.query('ROLLBACK');
          throw error;
        } finally {
          client.release();
        }
      },
    },
    async createUserInTransaction(name, email) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const { rows } = await client.query<{ id: number }>({
          ...statements.createUser,
          values: [name, email],
        });
        await client.query('COMMIT');
        return rows[0]?.id as number;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}

function mariadb({ url }: Target): Opened {
  const pool = mysql.createPool({ uri: url, connectionLimit: POOL_SIZE, timezone: 'Z' });
  // `execute` prepares on the server, and keeps the prepared statements of each connection.
  const all = async <Row>(sql: string, values: (string | number)[] = []): Promise<Row[]> =>
    (await pool.execute(sql, values))[0] as Row[];
  const count = async (sql: string): Promise<number> =>
    (await all<{ total: number }>(sql))[0]?.total as number;
  return {
    data: {
      findUser: async (id) => (await all<UserRow>(SQL.findUser, [id]))[0],
      listUsers: async (limit, offset) => ({
        items: await all<UserRow>(SQL.listUsers, [limit, offset]),
        total: await count(SQL.countUsers),
      }),
      listMessages: async (limit, offset) => ({
        items: (await all<MessageRow>(SQL.listMessages, [limit, offset])).map(messageBody),
        total: await count(SQL.countMessages),
      }),
      createUser: async (name, email) =>
        (await all<{ id: number }>(SQL.createUser, [name, email]))[0]?.id as number,
      async createMessage(userId, body, tags) {
        const connection = await pool.getConnection();
        const run = async <Row>(sql: string, values: (string | number)[]): Promise<Row[]> =>
          (await connection.execute(sql, values))[0] as Row[];
        try {
          await connection.beginTransaction();
          const [author] = await run<Written['author']>(`${SQL.author} LOCK IN SHARE MODE`, [
            userId,
          ]);
          if (!author) {
            await connection.rollback();
            return undefined;
          }
          const [message] = await run<Omit<Written, 'author'>>(SQL.createMessage, [userId, body]);
          const { insert, link } = tagSql('mariadb', tags.length);
          await run(insert, [...tags]);
          await run(link, [message?.id as number, ...tags]);
          await connection.commit();
          return { ...(message as Omit<Written, 'author'>), author };
        } catch (error) {
          await connection.rollback();
          throw error;
        } finally {
          connection.release();
        }
      },
    },
    async createUserInTransaction(name, email) {
      const connection = await pool.getConnection();
      try {
        await connection.beginTransaction();
        const [rows] = await connection.execute(SQL.createUser, [name, email]);
        await connection.commit();
        return (rows as { id: number }[])[0]?.id as number;
      } catch (error) {
        await connection.rollback();
        throw error;
      } finally {
        connection.release();
      }
    },
    close: () => pool.end(),
  };
}
