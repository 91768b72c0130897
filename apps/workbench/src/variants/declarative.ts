/** The workbench's variants in the declarative style. */
import { Session } from '@quartet/app-declarative/session';
import { Message, Tag, User } from '@quartet/app-declarative/models';
import type { NewUser } from '@quartet/http-contract';
import type { Variants } from './variants';

export const variants: Variants = {
  async listMessagesOneByOne(tag) {
    const messages = await Message.findAll({
      include: { model: Tag, where: { name: tag }, attributes: [] },
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
    const message = await Message.findByPk(id, { lock: true });
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
