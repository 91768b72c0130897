/** The workbench's variants in the SQL style. */
import { knex } from '@quartet/app-sql-builder/database';
import { Session } from '@quartet/app-sql-builder/session';
import type { Message } from '@quartet/app-sql-builder/models';
import { toDate } from '@quartet/db-knex';
import type { NewUser } from '@quartet/http-contract';
import type { Variants } from './variants';

export const variants: Variants = {
  async listMessagesOneByOne(tag) {
    const messages = await knex('messages')
      .join('message_tags', 'message_tags.message_id', 'messages.id')
      .join('tags', 'tags.id', 'message_tags.tag_id')
      .where('tags.name', tag)
      .orderBy('messages.id', 'desc')
      .select<Message[]>('messages.*');
    const views = [];
    for (const { id, body, created_at, user_id } of messages) {
      const author = await knex('users').where({ id: user_id }).first(); // one more statement, every time
      if (author) views.push({ id, body, createdAt: toDate(created_at), author });
    }
    return views;
  },

  async appendLine(id, line, think) {
    Session({ begin: 'on-first-write' });
    const message = await knex('messages').where({ id }).first('body');
    if (!message) return;
    await think();
    const body = `${message.body}\n${line}`;
    await knex('messages').where({ id }).update({ body });
    await Session.commit();
  },

  async appendLineSafely(id, line, think) {
    Session({ begin: 'eager' });
    const message = await knex('messages').where({ id }).forUpdate().first('body');
    if (!message) return;
    await think();
    const body = `${message.body}\n${line}`;
    await knex('messages').where({ id }).update({ body });
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
  await knex('users').insert(input);
}
