/** Objects of Sequelize models in a session. */
import { runInScope } from '@quartet/db-core';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import type { Sequelize } from 'sequelize';
import { defineModels, Message, Tag, User } from './models';
import { onEachEngine } from '@quartet/conformance/binding';

onEachEngine((fixture) => {
  let sequelize: Sequelize;
  const user = (name: string): User => new User({ name, email: `${name}@x` });

  beforeAll(async () => {
    sequelize = await bindSequelize(fixture.engine, {
      models: [defineModels],
      define: { timestamps: false },
    });
    await createAll(sequelize);
  });
  beforeEach(async () => {
    await fixture.engine.execute('delete from users');
    await fixture.engine.execute('delete from tags');
    fixture.log.length = 0;
  });
  afterEach(() => expect(fixture.engine.status().inUse).toBe(0));
  afterAll(() => sequelize.close());

  test('what is no instant is refused', () =>
    runInScope(async () => {
      const { id: userId } = await user('a').save();
      await expect(
        Message.create({ userId, body: 'x', createdAt: 'nonsense' as never }),
      ).rejects.toThrow(/valid date|Invalid/i);
    }));

  test('what its own save() has stored is no change that was forgotten, a new Date among it', () =>
    runInScope(async () => {
      const onUnsavedChange = jest.fn();
      const Session = fixture.Session({ onUnsavedChange });
      const { id: userId } = await user('a').save();
      await Message.create({ userId, body: 'x', createdAt: new Date(0) });
      const found = await Session.query(Message).one();
      found.body = 'y';
      found.createdAt = new Date(1_000);
      await found.save();
      await Session.commit();
      expect(onUnsavedChange).not.toHaveBeenCalled();

      found.createdAt.setTime(2_000);
      await Session.commit();
      expect(onUnsavedChange).toHaveBeenCalledWith(
        expect.objectContaining({ object: found, properties: ['createdAt'] }),
      );
    }));

  test('tags of a message are loaded in the session’s transaction', () =>
    runInScope(async () => {
      const { id: userId } = await user('a').save();
      const message = await Message.create({ userId, body: 'x' });
      await message.setTags([await Tag.create({ name: 't' })]);
      const found = await Message.findByPk(message.id, { include: ['tags', 'user'] });
      expect([found?.tags?.map(({ name }) => name), found?.user?.name]).toEqual([['t'], 'a']);
    }));
});
