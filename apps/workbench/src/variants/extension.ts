/** The workbench's variants in the extension style. */
import { db } from '@quartet/app-extension/session';
import { Message, User } from '@quartet/app-extension/models';
import type { NewUser } from '@quartet/http-contract';
import type { Variants } from './variants';

export const variants: Variants = {
  async listMessagesOneByOne(tag) {
    const messages = await Message.findAll({
      include: { association: 'tags', where: { name: tag }, attributes: [] },
      order: [['id', 'DESC']],
    });
    const views = [];
    for (const message of messages) {
      const author = await User.query.get(message.userId); // one more statement, every time
      if (author) views.push({ ...message.get(), author });
    }
    return views;
  },

  async appendLine(id, line, think) {
    db.session({ begin: 'on-first-write' });
    const message = await Message.query.get(id);
    if (!message) return;
    await think();
    message.body += `\n${line}`;
    db.session.add(message);
    await db.session.commit();
  },

  async appendLineSafely(id, line, think) {
    db.session({ begin: 'eager' });
    const message = await Message.findByPk(id, { lock: true });
    if (!message) return;
    await think();
    message.body += `\n${line}`;
    db.session.add(message);
    await db.session.commit();
  },

  addUser,

  async createUserSlowly(input, wait) {
    await addUser(input);
    await wait();
    await db.session.commit();
  },

  async createUserThenFail(input) {
    await addUser(input);
    throw new Error('The handler failed after it had written.');
  },
};

async function addUser(input: NewUser): Promise<void> {
  db.session.add(new User(input));
  await db.session.flush();
}
