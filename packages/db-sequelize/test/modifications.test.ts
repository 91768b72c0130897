/** Changes of model objects are told of, whether the session or Sequelize itself has made them. */
import type { Operation } from '@quartet/db-core/observe';
import { runInScope } from '@quartet/db-core';
import { trackModifications } from '@quartet/db-core/observe';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import type { Sequelize } from 'sequelize';
import { defineModels, Message, Tag, User } from './models';
import { onEachEngine } from '@quartet/conformance/binding';

onEachEngine((fixture) => {
  let sequelize: Sequelize;
  beforeAll(async () => {
    sequelize = await bindSequelize(fixture.engine, {
      models: [defineModels],
      define: { timestamps: false },
    });
    await createAll(sequelize);
  });
  afterAll(() => sequelize.close());

  test('insert, update and delete of objects, until nobody tracks them', async () => {
    const { Session } = fixture;
    const told: [unknown, Operation][][] = [];
    const stop = trackModifications(fixture.engine, {
      afterCommit: ({ changes }) =>
        told.push(changes.map(({ instance, operation }) => [instance, operation])),
    });
    await runInScope(async () => {
      const user = new User({ name: 'a', email: 'a@x' });
      Session.add(user);
      await Session.commit();
      expect(told.at(-1)).toEqual([[user, 'insert']]);

      const tags = await Tag.bulkCreate([{ name: 's' }, { name: 't' }]); // Sequelize's own calls
      await user.update({ name: 'b' });
      await Message.update({ body: 'no object' }, { where: { userId: 0 } });
      await Session.commit();
      expect(told.at(-1)).toEqual([
        [tags[0], 'insert'],
        [tags[1], 'insert'],
        [user, 'update'],
      ]);

      Session.delete(user);
      await Session.commit();
      expect(told.at(-1)).toEqual([[user, 'delete']]);

      stop();
      expect(sequelize.hasHook('afterCreate')).toBe(false);
      await Tag.create({ name: 'silent' });
      await Session.commit();
      expect(told).toHaveLength(3);
    });
  });
});
