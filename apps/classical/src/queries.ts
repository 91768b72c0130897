/** The contract in the classical style: a unit of work on plain objects, TypeORM's query builders for lists. */
import { IntegrityError, toDate } from '@quartet/db-core';
import type { ImportRejection, Queries } from '@quartet/http-contract';
import { rejectionReason } from '@quartet/http-contract';
import { sessionManager } from '@quartet/db-typeorm';
import type { EntityManager, FindOneOptions, SelectQueryBuilder } from 'typeorm';
import { In } from 'typeorm';
import { dataSource } from './database';
import { Message, Tag, User } from './models';
import { Session } from './session';

const EXPORT_PAGE = 500;

export const queries: Queries = {
  async listUsers({ page, perPage }, filter) {
    const users = User.query.filterBy(filter);
    return {
      items: await users
        .orderBy('id')
        .limit(perPage)
        .offset((page - 1) * perPage)
        .all(),
      total: await users.count(),
    };
  },

  async createUser(input) {
    const user = new User(input);
    Session.add(user);
    await Session.commit();
    return user;
  },

  async findUser(id) {
    return await User.query.get(id);
  },

  async updateUser(id, changes) {
    const user = await User.query.get(id);
    if (!user) return undefined;
    Object.assign(user, changes);
    Session.add(user);
    await Session.commit();
    return user;
  },

  async deleteUser(id) {
    const user = await User.query.get(id);
    if (!user) return false;
    Session.delete(user);
    await Session.commit();
    return true;
  },

  async importUsers(rows) {
    const rejected: ImportRejection[] = [];
    for (const [index, row] of rows.entries()) {
      try {
        await Session.beginNested(async () => Session.add(new User(row)));
      } catch (error) {
        rejected.push({ index, reason: rejectionReason(error) });
      }
    }
    await Session.commit();
    return { imported: rows.length - rejected.length, rejected };
  },

  async mergeUsers(id, into) {
    await Session.begin({ begin: 'eager' }); // what it reads must still hold when it writes
    const users = await manager().find(User, {
      where: { id: In([id, into]) },
      order: { id: 'ASC' },
      ...locked('pessimistic_write'),
    });
    const [from, target] = [id, into].map((key) => users.find((user) => user.id === key));
    if (!from || !target) return undefined;
    await manager().update(Message, { userId: id }, { userId: into });
    Session.delete(from);
    await Session.commit();
    return target;
  },

  async listUserMessages(userId, { page, perPage }) {
    const author = await User.query.get(userId);
    if (!author) return undefined;
    const messages = selectMessages().where({ userId });
    return {
      items: await messages
        .limit(perPage)
        .offset((page - 1) * perPage)
        .getMany(),
      total: await manager().countBy(Message, { userId }),
    };
  },

  async createMessage(userId, { body, tags: names }) {
    const author = await manager().findOne(User, {
      where: { id: userId },
      ...locked('pessimistic_read'),
    });
    if (!author) return undefined;
    const message = new Message({ author, body, tags: [] });
    if (names.length > 0) message.tags = await findOrCreateTags(names);
    Session.add(message);
    await Session.commit();
    return { ...message, tags: names };
  },

  async listMessages({ page, perPage }, { tag }) {
    const messages = selectMessages();
    if (tag !== undefined) messages.innerJoin('message.tags', 'tag', 'tag.name = :tag', { tag });
    return {
      items: await messages
        .limit(perPage)
        .offset((page - 1) * perPage)
        .getMany(),
      // Without the tag a plain count: through the builder it would count the join's distinct ids.
      total: await (tag === undefined ? manager().count(Message) : messages.getCount()),
    };
  },

  async findMessage(id) {
    const message = await selectMessages()
      .leftJoinAndSelect('message.tags', 'tag')
      .where({ id })
      .getOne();
    return message ? { ...message, tags: message.tags.map(({ name }) => name) } : undefined;
  },

  async deleteMessage(id) {
    const message = await Message.query.get(id);
    if (!message) return false;
    Session.delete(message);
    await Session.commit();
    return true;
  },

  async *exportMessages() {
    for (let last = 0; ; ) {
      const messages = await selectMessages('ASC')
        .where('message.id > :last', { last })
        .limit(EXPORT_PAGE)
        .getMany();
      await Session.rollback(); // holds nothing while nobody reads
      yield* messages;
      if (messages.length < EXPORT_PAGE) return;
      last = messages[EXPORT_PAGE - 1]?.id ?? last;
    }
  },

  async topAuthors(limit) {
    const rows = await manager()
      .createQueryBuilder(Message, 'message')
      .innerJoin('message.author', 'author')
      .select(['author.id AS id', 'author.name AS name'])
      .addSelect('count(*)', 'messages')
      .addSelect('max(message.createdAt)', 'last')
      .groupBy('author.id')
      .addGroupBy('author.name')
      .orderBy('messages', 'DESC')
      .addOrderBy('author.id', 'ASC')
      .limit(limit)
      .getRawMany<{ id: number; name: string; messages: number | string; last: Date | string }>();
    return rows.map(({ id, name, messages, last }) => ({
      author: { id, name },
      messages: Number(messages),
      lastMessageAt: toDate(last),
    }));
  },

  async createAccount(username, contact) {
    try {
      Session.add(new User({ name: username, email: contact }));
      await Session.commit();
      return true;
    } catch (error) {
      await Session.rollback();
      if (error instanceof IntegrityError) return false;
      throw error;
    }
  },

  async findAccount(username) {
    return await User.query.filterBy({ name: username }).first();
  },
};

async function findOrCreateTags(names: string[]): Promise<Tag[]> {
  // In one order: requests with the same new tags must not wait for each other in a circle.
  const wanted = names.toSorted().map((name) => ({ name }));
  await manager().createQueryBuilder().insert().into(Tag).values(wanted).orIgnore().execute();
  // Locked, since MariaDB shows a tag that another request has just made to a locking read alone.
  return await manager().find(Tag, { where: { name: In(names) }, ...locked('pessimistic_read') });
}

/** Messages with their authors: by LEFT JOIN, which lets every database read the page first. */
function selectMessages(order: 'ASC' | 'DESC' = 'DESC'): SelectQueryBuilder<Message> {
  return manager()
    .createQueryBuilder(Message, 'message')
    .leftJoin('message.author', 'author')
    .addSelect(['author.id', 'author.name'])
    .orderBy('message.id', order);
}

/** Knows that a transaction is open, or will be: TypeORM locks rows in no other. */
function manager(): EntityManager {
  return sessionManager(dataSource, Session());
}

/** SQLite has no row locks; its one writer at a time does as much. */
function locked(mode: 'pessimistic_read' | 'pessimistic_write'): Pick<FindOneOptions, 'lock'> {
  return Session.bind.dialect.facts.rowLocks ? { lock: { mode } } : {};
}
