/**
 * An app on its way from one library to another, a route at a time: each line says which style answers that
 * route today. `createMessage` is in the middle of its move, and four libraries write in its transaction.
 */
import { dataSource } from '@quartet/app-classical/database';
import { Message as MappedMessage, Tag as MappedTag } from '@quartet/app-classical/models';
import { queries as classical } from '@quartet/app-classical/queries';
import { Message } from '@quartet/app-declarative/models';
import { queries as declarative } from '@quartet/app-declarative/queries';
import { User } from '@quartet/app-extension/models';
import { queries as extension } from '@quartet/app-extension/queries';
import { knex } from '@quartet/app-sql-builder/database';
import { queries as sqlBuilder } from '@quartet/app-sql-builder/queries';
import { sessionManager } from '@quartet/db-typeorm';
import type { Queries } from '@quartet/http-contract';
import { Transaction } from 'sequelize';
import { In } from 'typeorm';
import { Session } from './session';

export const queries: Queries = {
  listUsers: extension.listUsers,
  createUser: extension.createUser,
  findUser: declarative.findUser,
  updateUser: declarative.updateUser,
  deleteUser: declarative.deleteUser,
  importUsers: sqlBuilder.importUsers,
  mergeUsers: classical.mergeUsers,
  listUserMessages: declarative.listUserMessages,

  async createMessage(userId, { body, tags: names }) {
    // Sequelize reads the author and keeps the row from being deleted meanwhile …
    const author = await User.findByPk(userId, { lock: Transaction.LOCK.SHARE });
    if (!author) return undefined;
    // … sequelize-typescript writes the message …
    const message = await Message.create({ userId, body });
    // … Knex the tags …
    const wanted = names.toSorted().map((name) => ({ name }));
    if (wanted.length > 0) await knex('tags').insert(wanted).onConflict('name').ignore();
    // … and TypeORM finds them and links them to the message.
    const { manager, lock } = locking();
    const tags = await manager.find(MappedTag, { where: { name: In(names) }, ...lock });
    await manager.createQueryBuilder().relation(MappedMessage, 'tags').of(message.id).add(tags);
    await Session.commit();
    return { ...message.get(), author, tags: names };
  },

  listMessages: classical.listMessages,
  findMessage: classical.findMessage,
  deleteMessage: sqlBuilder.deleteMessage,
  exportMessages: sqlBuilder.exportMessages,
  topAuthors: sqlBuilder.topAuthors,
  createAccount: extension.createAccount,
  findAccount: declarative.findAccount,
};

function locking() {
  const manager = sessionManager(dataSource, Session());
  // MariaDB shows a tag that another request has just made to a locking read alone; SQLite has no such locks.
  const { rowLocks } = Session.bind.dialect.facts;
  return { manager, lock: rowLocks ? { lock: { mode: 'pessimistic_read' as const } } : {} };
}
