/** The contract in the SQL style: Knex builds the statements, plain SQL says what it cannot, the session commits. */
import { IntegrityError, translateError } from '@quartet/db-core';
import type { ImportRejection, MessageView, PageRequest, Queries } from '@quartet/http-contract';
import { rejectionReason } from '@quartet/http-contract';
import { compileQuery, toDate } from '@quartet/db-knex';
import type { Knex } from 'knex';
import { knex } from './database';
import type { Message, Tag } from './models';
import { Session } from './session';

const EXPORT_PAGE = 500;

export const queries: Queries = {
  async listUsers(page, filter) {
    return {
      items: await usersOnPage(knex, { ...filter, ...slice(page) }),
      total: totalOf(await countUsers(knex, filter)),
    };
  },

  async createUser({ name, email }) {
    const inserted = await Session.execute(
      'INSERT INTO users (name, email) VALUES (?, ?) RETURNING id',
      [name, email],
    );
    await Session.commit();
    return { id: inserted.scalar() as number, name, email };
  },

  async findUser(id) {
    return await userById(knex, { id });
  },

  async updateUser(id, changes) {
    if ((await knex('users').where({ id }).update(changes)) === 0) return undefined;
    const user = await knex('users').where({ id }).first();
    await Session.commit();
    return user;
  },

  async deleteUser(id) {
    const deleted = await knex('users').where({ id }).delete();
    await Session.commit();
    return deleted > 0;
  },

  async importUsers(rows) {
    const rejected: ImportRejection[] = [];
    for (const [index, row] of rows.entries()) {
      try {
        await Session.beginNested(async () => await knex('users').insert(row));
      } catch (error) {
        rejected.push({ index, reason: rejectionReason(error) });
      }
    }
    await Session.commit();
    return { imported: rows.length - rejected.length, rejected };
  },

  async mergeUsers(id, into) {
    await Session.begin({ begin: 'eager' }); // what it reads must still hold when it writes
    const users = await knex('users').whereIn('id', [id, into]).orderBy('id').forUpdate();
    const [from, target] = [id, into].map((key) => users.find((user) => user.id === key));
    if (!from || !target) return undefined;
    await knex('messages').where({ user_id: id }).update({ user_id: into });
    await knex('users').where({ id }).delete();
    await Session.commit();
    return target;
  },

  async listUserMessages(userId, page) {
    if (!(await userById(knex, { id: userId }))) return undefined;
    return {
      items: toViews(await messagesOnPage(knex, { userId, ...slice(page) })),
      total: totalOf(await countMessages(knex, { userId })),
    };
  },

  async createMessage(userId, { body, tags: names }) {
    const author = await knex('users').where({ id: userId }).forShare().first('id', 'name');
    if (!author) return undefined;
    const message = (
      await Session.execute(
        'INSERT INTO messages (user_id, body) VALUES (?, ?) RETURNING id, created_at',
        [userId, body],
      )
    ).one();
    const id = message['id'] as number;
    if (names.length > 0) {
      const tags = await findOrCreateTags(names);
      await knex('message_tags').insert(tags.map((tag) => ({ message_id: id, tag_id: tag.id })));
    }
    await Session.commit();
    return { id, body, createdAt: toDate(message['created_at']), author, tags: names };
  },

  async listMessages(page, filter) {
    return {
      items: toViews(await messagesOnPage(knex, { ...filter, ...slice(page) })),
      total: totalOf(await countMessages(knex, filter)),
    };
  },

  async findMessage(id) {
    const [message] = toViews(await messageById(knex, { id }));
    if (!message) return undefined;
    return { ...message, tags: await tagsOfMessage(knex, { id }) };
  },

  async deleteMessage(id) {
    const deleted = await knex('messages').where({ id }).delete();
    await Session.commit();
    return deleted > 0;
  },

  async *exportMessages() {
    for (let last = 0; ; ) {
      const page = knex('messages').where('id', '>', last).orderBy('id').limit(EXPORT_PAGE);
      const messages = toViews(await withAuthors(knex, page, 'asc'));
      await Session.rollback(); // holds nothing while nobody reads
      yield* messages;
      if (messages.length < EXPORT_PAGE) return;
      last = messages[EXPORT_PAGE - 1]?.id ?? last;
    }
  },

  async topAuthors(limit) {
    const rows = await Session.execute(
      `SELECT u.id, u.name, count(*) AS messages, max(m.created_at) AS last
         FROM messages m JOIN users u ON u.id = m.user_id
        GROUP BY u.id, u.name
        ORDER BY messages DESC, u.id
        LIMIT :limit`,
      { limit },
    );
    return rows.all().map(({ id, name, messages, last }) => ({
      author: { id: Number(id), name: String(name) },
      messages: Number(messages),
      lastMessageAt: toDate(last),
    }));
  },

  async createAccount(username, contact) {
    try {
      await knex('users').insert({ name: username, email: contact });
      await Session.commit();
      return true;
    } catch (error) {
      await Session.rollback();
      if (translateError(error) instanceof IntegrityError) return false;
      throw error;
    }
  },

  async findAccount(username) {
    return await knex('users').where({ name: username }).first();
  },
};

async function findOrCreateTags(names: string[]): Promise<Tag[]> {
  // In one order: requests with the same new tags must not wait for each other in a circle.
  const wanted = names.toSorted().map((name) => ({ name }));
  await knex('tags').insert(wanted).onConflict('name').ignore();
  // Locked, since MariaDB shows a tag that another request has just made to a locking read alone.
  return await knex('tags').whereIn('name', names).forShare();
}

// --- reads, built once: a call binds its values --------------------------------------------------

const userById = compileQuery((db, { id }: { id: number }) => db('users').where({ id }).first());

const usersOnPage = compileQuery((db, { limit, offset, ...filter }: UserFilter & Slice) =>
  db('users').where(filter).orderBy('id').limit(limit).offset(offset),
);

const countUsers = compileQuery((db, filter: UserFilter) =>
  db('users').where(filter).count({ total: '*' }),
);

const messageById = compileQuery((db, { id }: { id: number }) =>
  withAuthors(db, db('messages').where({ id })),
);

const messagesOnPage = compileQuery((db, { limit, offset, ...filter }: MessageFilter & Slice) =>
  withAuthors(db, messages(db, filter).orderBy('id', 'desc').limit(limit).offset(offset)),
);

const countMessages = compileQuery((db, filter: MessageFilter) =>
  messages(db, filter).count({ total: '*' }),
);

const tagsOfMessage = compileQuery((db, { id }: { id: number }) =>
  db('tags')
    .join('message_tags', 'message_tags.tag_id', 'tags.id')
    .where({ message_id: id })
    .pluck<string[]>('tags.name'),
);

interface Slice {
  limit: number;
  offset: number;
}

interface UserFilter {
  name?: string;
}

interface MessageFilter {
  userId?: number;
  tag?: string;
}

function messages(db: Knex, { userId, tag }: MessageFilter) {
  const found = db('messages');
  if (userId !== undefined) void found.where({ user_id: userId });
  if (tag !== undefined) {
    void found.whereIn(
      'id',
      db('message_tags')
        .join('tags', 'tags.id', 'message_tags.tag_id')
        .where('tags.name', tag)
        .select('message_id'),
    );
  }
  return found;
}

/** A page of messages, joined to its authors as a derived table: the database reads the page first. */
function withAuthors(db: Knex, page: Knex.QueryBuilder<Message>, order: 'asc' | 'desc' = 'desc') {
  return db
    .from(page.as('m'))
    .join('users', 'users.id', 'm.user_id')
    .orderBy('m.id', order)
    .select<MessageRow[]>('m.id', 'm.body', 'm.created_at', 'm.user_id', 'users.name');
}

type MessageRow = Message & { name: string };

function toViews(rows: MessageRow[]): MessageView[] {
  return rows.map(({ id, body, created_at, user_id, name }) => ({
    id,
    body,
    createdAt: toDate(created_at),
    author: { id: user_id, name },
  }));
}

function slice({ page, perPage }: PageRequest): Slice {
  return { limit: perPage, offset: (page - 1) * perPage };
}

function totalOf([row]: { total?: number | string }[]): number {
  return Number(row?.total);
}
