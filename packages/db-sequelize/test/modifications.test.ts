/** Changes of model objects that Sequelize's own calls have made are told of. */
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

  test('one by one and in bulk, until tracking stops', async () => {
    const { Session } = fixture;
    const told: [unknown, Operation][][] = [];
    const stop = trackModifications(fixture.engine, {
      afterCommit: ({ changes }) =>
        told.push(changes.map(({ instance, operation }) => [instance, operation])),
    });
    await runInScope(async () => {
      const user = await User.create({ name: 'a', email: 'a@x' });
      const tags = await Tag.bulkCreate([{ name: 's' }, { name: 't' }]);
      await user.update({ name: 'b' });
      await Message.update({ body: 'no object' }, { where: { userId: 0 } });
      await Session.commit();
      await user.destroy();
      await Session.commit();
      expect(told).toEqual([
        [
          [user, 'insert'],
          [tags[0], 'insert'],
          [tags[1], 'insert'],
        ],
        [[user, 'delete']],
      ]);
      stop();
      expect(sequelize.hasHook('afterCreate')).toBe(false);
    });
  });
});
