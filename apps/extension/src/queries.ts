/** The contract in the extension style: `db.session` and `User.query`, Sequelize's finders for lists. */
import { IntegrityError, toDate } from '@quartet/db-core';
import type { ImportRejection, Queries } from '@quartet/http-contract';
import { rejectionReason } from '@quartet/http-contract';
import { col, fn, Op, Transaction } from 'sequelize';
import { Message, Tag, User } from './models';
import { db } from './session';

const AUTHOR = { association: 'author', attributes: ['id', 'name'] };
const EXPORT_PAGE = 500;

export const queries: Queries = {
  async listUsers({ page, perPage }, filter) {
    const users = await User.query
      .filterBy(filter)
      .orderBy('id')
      .paginate({ page, perPage, errorOut: false });
    return { items: [...users], total: users.total ?? 0 };
  },

  async createUser(input) {
    const user = new User(input);
    db.session.add(user);
    await db.session.commit();
    return user;
  },

  async findUser(id) {
    return await User.query.get(id);
  },

  async updateUser(id, changes) {
    const user = await User.query.get(id);
    if (!user) return undefined;
    Object.assign(user, changes);
    db.session.add(user);
    await db.session.commit();
    return user;
  },

  async deleteUser(id) {
    const user = await User.query.get(id);
    if (!user) return false;
    db.session.delete(user);
    await db.session.commit();
    return true;
  },

  async importUsers(rows) {
    const rejected: ImportRejection[] = [];
    for (const [index, row] of rows.entries()) {
      try {
        await db.session.beginNested(async () => db.session.add(new User(row)));
      } catch (error) {
        rejected.push({ index, reason: rejectionReason(error) });
      }
    }
    await db.session.commit();
    return { imported: rows.length - rejected.length, rejected };
  },

  async mergeUsers(id, into) {
    await db.session.begin({ begin: 'eager' }); // what it reads must still hold when it writes
    const users = await User.findAll({ where: { id: [id, into] }, order: ['id'], lock: true });
    const [from, target] = [id, into].map((key) => users.find((user) => user.id === key));
    if (!from || !target) return undefined;
    await Message.update({ userId: into }, { where: { userId: id } });
    db.session.delete(from);
    await db.session.commit();
    return target;
  },

  async listUserMessages(userId, { page, perPage }) {
    const author = await User.query.get(userId);
    if (!author) return undefined;
    const messages = await author.getMessages({
      order: [['id', 'DESC']],
      limit: perPage,
      offset: (page - 1) * perPage,
    });
    return {
      items: messages.map((message) => ({ ...message.get(), author })),
      total: await author.countMessages(),
    };
  },

  async createMessage(userId, { body, tags: names }) {
    const author = await User.findByPk(userId, { lock: Transaction.LOCK.SHARE });
    if (!author) return undefined;
    const message = await Message.create({ userId, body });
    if (names.length > 0) await message.addTags(await findOrCreateTags(names));
    await db.session.commit();
    return { ...message.get(), author, tags: names };
  },

  async listMessages({ page, perPage }, { tag }) {
    const bearing =
      tag === undefined ? [] : [{ association: 'tags', where: { name: tag }, attributes: [] }];
    return {
      items: await Message.findAll({
        include: [AUTHOR, ...bearing],
        order: [['id', 'DESC']],
        limit: perPage,
        offset: (page - 1) * perPage,
      }),
      // By itself: findAndCountAll would join the authors only to count the messages.
      total: await Message.count({ include: bearing }),
    };
  },

  async findMessage(id) {
    const message = await Message.findByPk(id, { include: [AUTHOR, 'tags'] });
    if (!message) return undefined;
    const { author, tags } = message;
    return { ...message.get(), author, tags: tags.map(({ name }) => name) };
  },

  async deleteMessage(id) {
    const message = await Message.query.get(id);
    if (!message) return false;
    db.session.delete(message);
    await db.session.commit();
    return true;
  },

  async *exportMessages() {
    for (let last = 0; ; ) {
      const messages = await Message.findAll({
        where: { id: { [Op.gt]: last } },
        include: AUTHOR,
        order: ['id'],
        limit: EXPORT_PAGE,
      });
      await db.session.rollback(); // holds nothing while nobody reads
      yield* messages;
      if (messages.length < EXPORT_PAGE) return;
      last = messages[EXPORT_PAGE - 1]?.id ?? last;
    }
  },

  async topAuthors(limit) {
    const rows = await Message.findAll({
      attributes: [
        [fn('count', col('Message.id')), 'messages'],
        [fn('max', col('created_at')), 'lastMessageAt'],
      ],
      include: AUTHOR,
      group: ['author.id', 'author.name'],
      order: [
        [fn('count', col('Message.id')), 'DESC'],
        [col('author.id'), 'ASC'],
      ],
      limit,
    });
    return rows.map((row) => ({
      author: row.author,
      messages: Number(row.get('messages')),
      lastMessageAt: toDate(row.get('lastMessageAt')),
    }));
  },

  async createAccount(username, contact) {
    try {
      db.session.add(new User({ name: username, email: contact }));
      await db.session.commit();
      return true;
    } catch (error) {
      await db.session.rollback();
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
  await Tag.bulkCreate(wanted, { ignoreDuplicates: true });
  // Locked, since MariaDB shows a tag that another request has just made to a locking read alone.
  return await Tag.findAll({ where: { name: names }, lock: Transaction.LOCK.SHARE });
}
