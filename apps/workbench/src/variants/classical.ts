/** The workbench's variants in the classical style. */
import { dataSource } from '@quartet/app-classical/database';
import { Session } from '@quartet/app-classical/session';
import { Message, User } from '@quartet/app-classical/models';
import { sessionManager } from '@quartet/db-typeorm';
import type { EntityManager, FindOneOptions } from 'typeorm';
import type { NewUser } from '@quartet/http-contract';
import type { Variants } from './variants';

export const variants: Variants = {
  async listMessagesOneByOne(tag) {
    const messages = await manager()
      .createQueryBuilder(Message, 'message')
      .innerJoin('message.tags', 'tag', 'tag.name = :tag', { tag })
      .orderBy('message.id', 'DESC')
      .getMany();
    const views = [];
    for (const message of messages) {
      const author = await User.query.get(message.userId); // one more statement, every time
      if (author) views.push({ ...message, author });
    }
    return views;
  },

  async appendLine(id, line, think) {
    Session({ begin: 'on-first-write' });
    const message = await Message.query.get(id);
    if (!message) return;
    await think();
    message.body += `\n${line}`;
    Session.add(message);
    await Session.commit();
  },

  async appendLineSafely(id, line, think) {
    Session({ begin: 'eager' });
    const message = await manager().findOne(Message, { where: { id }, ...locked() });
    if (!message) return;
    await think();
    message.body += `\n${line}`;
    Session.add(message);
    await Session.commit();
  },

  addUser,

  async createUserSlowly(input, wait) {
    await addUser(input);
    await wait();
    await Session.commit();
  },

  async createUserThenFail(input) {
    await addUser(input);
    throw new Error('The handler failed after it had written.');
  },
};

async function addUser(input: NewUser): Promise<void> {
  Session.add(new User(input));
  await Session.flush();
}

/** A manager with a transaction, open or to be begun: TypeORM locks rows only in one. */
function manager(): EntityManager {
  return sessionManager(dataSource, Session());
}

/** SQLite has no row locks and needs none: it has one writer at a time. */
function locked(): Pick<FindOneOptions, 'lock'> {
  return Session.bind.dialect.facts.rowLocks ? { lock: { mode: 'pessimistic_write' } } : {};
}
