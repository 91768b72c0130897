/**
 * A fifth style, the plainest: the contract in SQL on db-core's session alone. The suite is tested with it,
 * and it is the limit that the libraries' styles are measured against.
 */
import type { DialectName, Engine, Row } from '@quartet/db-core';
import { IntegrityError, scopedSession, sessionmaker, toDate } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { MessageView, Page, PageRequest, Queries, UserView } from '@quartet/http-contract';
import { createRouter, rejectionReason } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';
import { referenceSchema } from './reference-schema';

const Session = scopedSession(sessionmaker());

export async function createReferenceApp(engine: Engine): Promise<Express> {
  Session.configure({ bind: engine });
  for (const statement of Object.values(referenceSchema[engine.dialect.name]))
    await engine.execute(statement);
  const app = express();
  initApp(app);
  return app.use(
    createRouter(referenceQueries, { style: 'reference', library: 'db-core', engine }),
  );
}

const MESSAGE_COLUMNS = 'm.id, m.body, m.created_at, u.id AS author_id, u.name AS author_name';
const MESSAGE = `SELECT ${MESSAGE_COLUMNS} FROM messages m JOIN users u ON u.id = m.user_id`;
/** The page first, then its authors: joined at once, MariaDB begins with the users and sorts everything for each page. */
const MESSAGES_AFTER = `SELECT ${MESSAGE_COLUMNS} FROM (SELECT * FROM messages WHERE id > ? ORDER BY id LIMIT ?) m
  JOIN users u ON u.id = m.user_id ORDER BY m.id`;
const EXPORT_PAGE = 500;

export const referenceQueries: Queries = {
  async listUsers(page, { name }) {
    const where = name === undefined ? '' : 'WHERE name = :name';
    return await pageOf(
      'users',
      where,
      { name },
      page,
      `SELECT id, name, email FROM users ${where} ORDER BY id`,
      toUser,
    );
  },

  async createUser({ name, email }) {
    const result = await Session.execute(
      'INSERT INTO users (name, email) VALUES (?, ?) RETURNING id, name, email',
      [name, email],
    );
    await Session.commit();
    return toUser(result.one());
  },

  async findUser(id) {
    return optional(
      await Session.execute('SELECT id, name, email FROM users WHERE id = ?', [id]),
      toUser,
    );
  },

  async updateUser(id, { name, email }) {
    const changed = await Session.execute(
      'UPDATE users SET name = coalesce(:name, name), email = coalesce(:email, email) WHERE id = :id',
      { id, name: name ?? null, email: email ?? null },
    );
    if (changed.rowCount === 0) return undefined;
    const user = await this.findUser(id);
    await Session.commit();
    return user;
  },

  async deleteUser(id) {
    const { rowCount } = await Session.execute('DELETE FROM users WHERE id = ?', [id]);
    await Session.commit();
    return rowCount > 0;
  },

  async importUsers(rows) {
    const rejected: { index: number; reason: string }[] = [];
    for (const [index, { name, email }] of rows.entries()) {
      try {
        await Session.beginNested(() =>
          Session.execute('INSERT INTO users (name, email) VALUES (?, ?)', [name, email]),
        );
      } catch (error) {
        rejected.push({ index, reason: rejectionReason(error) });
      }
    }
    await Session.commit();
    return { imported: rows.length - rejected.length, rejected };
  },

  async mergeUsers(id, into) {
    await lockForWriting();
    const { rowCount } = await Session.execute(
      `SELECT id FROM users WHERE id IN (?, ?) ORDER BY id ${forUpdate()}`,
      [id, into],
    );
    if (rowCount < 2) return undefined;
    await Session.execute('UPDATE messages SET user_id = ? WHERE user_id = ?', [into, id]);
    await Session.execute('DELETE FROM users WHERE id = ?', [id]);
    const user = await this.findUser(into);
    await Session.commit();
    return user;
  },

  async listUserMessages(userId, page) {
    if (!(await this.findUser(userId))) return undefined;
    const where = 'WHERE m.user_id = :userId';
    return await pageOf(
      'messages m',
      where,
      { userId },
      page,
      `${MESSAGE} ${where} ORDER BY m.id DESC`,
      toMessage,
    );
  },

  async createMessage(userId, { body, tags }) {
    await lockForWriting();
    const author = (
      await Session.execute(`SELECT id, name FROM users WHERE id = ? ${forShare()}`, [userId])
    ).first();
    if (!author) return undefined;
    const message = (
      await Session.execute(
        'INSERT INTO messages (user_id, body) VALUES (?, ?) RETURNING id, created_at',
        [userId, body],
      )
    ).one();
    // In one order: two requests that bring the same tags must not wait for each other in a circle.
    for (const tag of [...tags].sort()) {
      await Session.execute(insertTag[dialect()], [tag]);
      await Session.execute(linkTag[dialect()], [message['id'], tag]);
    }
    await Session.commit();
    // Not read again: a tag that another request made meanwhile is not in MariaDB's snapshot.
    return {
      ...toMessage({ ...message, body, author_id: author['id'], author_name: author['name'] }),
      tags,
    };
  },

  async listMessages(page, { tag }) {
    const where =
      tag === undefined
        ? ''
        : 'WHERE m.id IN (SELECT mt.message_id FROM message_tags mt JOIN tags t ON t.id = mt.tag_id WHERE t.name = :tag)';
    return await pageOf(
      'messages m',
      where,
      { tag },
      page,
      `${MESSAGE} ${where} ORDER BY m.id DESC`,
      toMessage,
    );
  },

  async findMessage(id) {
    const message = optional(await Session.execute(`${MESSAGE} WHERE m.id = ?`, [id]), toMessage);
    if (!message) return undefined;
    const tags = await Session.execute(
      'SELECT t.name FROM tags t JOIN message_tags mt ON mt.tag_id = t.id WHERE mt.message_id = ?',
      [id],
    );
    return { ...message, tags: tags.scalars<string>() };
  },

  async deleteMessage(id) {
    const { rowCount } = await Session.execute('DELETE FROM messages WHERE id = ?', [id]);
    await Session.commit();
    return rowCount > 0;
  },

  async *exportMessages() {
    for (let last = 0; ; ) {
      const result = await Session.execute(MESSAGES_AFTER, [last, EXPORT_PAGE]);
      await Session.rollback(); // holds nothing while nobody reads
      for (const row of result) {
        yield toMessage(row);
        last = Number(row['id']);
      }
      if (result.rowCount < EXPORT_PAGE) return;
    }
  },

  async topAuthors(limit) {
    const result = await Session.execute(
      `SELECT u.id, u.name, count(*) AS n, max(m.created_at) AS latest FROM messages m JOIN users u ON u.id = m.user_id
       GROUP BY u.id, u.name ORDER BY n DESC, u.id LIMIT ?`,
      [limit],
    );
    return result.all().map((row) => ({
      author: { id: Number(row['id']), name: String(row['name']) },
      messages: Number(row['n']),
      lastMessageAt: toDate(row['latest']),
    }));
  },

  async createAccount(username, contact) {
    try {
      await Session.execute('INSERT INTO users (name, email) VALUES (?, ?)', [username, contact]);
      await Session.commit();
      return true;
    } catch (error) {
      await Session.rollback();
      if (error instanceof IntegrityError) return false;
      throw error;
    }
  },

  async findAccount(username) {
    return optional(
      await Session.execute('SELECT id, name, email FROM users WHERE name = ?', [username]),
      toUser,
    );
  },
};

/** Inserts a tag unless it is there; each database has its own words for that. */
const insertTag: Record<DialectName, string> = {
  sqlite: 'INSERT INTO tags (name) VALUES (?) ON CONFLICT DO NOTHING',
  postgresql: 'INSERT INTO tags (name) VALUES (?) ON CONFLICT DO NOTHING',
  mysql: 'INSERT IGNORE INTO tags (name) VALUES (?)',
};
/** Reads what is committed now, not what the transaction's snapshot holds: INSERT … SELECT does on all three. */
const linkTag: Record<DialectName, string> = {
  sqlite: 'INSERT INTO message_tags (message_id, tag_id) SELECT ?, id FROM tags WHERE name = ?',
  postgresql:
    'INSERT INTO message_tags (message_id, tag_id) SELECT ?::int, id FROM tags WHERE name = ?',
  mysql: 'INSERT INTO message_tags (message_id, tag_id) SELECT ?, id FROM tags WHERE name = ?',
};

function dialect(): DialectName {
  return Session.bind.dialect.name;
}

/** SQLite: the first statement writes nothing, but takes the writer lock, so that what is read stays true. */
async function lockForWriting(): Promise<void> {
  if (dialect() === 'sqlite') await Session.execute('DELETE FROM users WHERE id < 0');
}

/** So that the author is not merged away between this check and the insert, and the two cannot deadlock. */
function forShare(): string {
  return { sqlite: '', postgresql: 'FOR SHARE', mysql: 'LOCK IN SHARE MODE' }[dialect()];
}

function forUpdate(): string {
  return dialect() === 'sqlite' ? '' : 'FOR UPDATE';
}

async function pageOf<T>(
  from: string,
  where: string,
  params: Record<string, unknown>,
  { page, perPage }: PageRequest,
  select: string,
  toView: (row: Row) => T,
): Promise<Page<T>> {
  const total = await Session.execute(`SELECT count(*) FROM ${from} ${where}`, params);
  const slice = { ...params, limit: perPage, offset: (page - 1) * perPage };
  const rows = await Session.execute(`${select} LIMIT :limit OFFSET :offset`, slice);
  return { items: rows.all().map(toView), total: Number(total.scalar()) };
}

function optional<T>(result: { first(): Row | undefined }, toView: (row: Row) => T): T | undefined {
  const row = result.first();
  return row && toView(row);
}

function toUser(row: Row): UserView {
  return { id: Number(row['id']), name: String(row['name']), email: String(row['email']) };
}

function toMessage(row: Readonly<Record<string, unknown>>): MessageView {
  return {
    id: Number(row['id']),
    body: String(row['body']),
    createdAt: toDate(row['created_at']),
    author: { id: Number(row['author_id']), name: String(row['author_name']) },
  };
}
