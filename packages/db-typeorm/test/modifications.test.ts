/** Changes of entities are told of, whether the session or TypeORM itself has made them. */
import type { Operation } from '@quartet/db-core/observe';
import { runInScope } from '@quartet/db-core';
import { trackModifications } from '@quartet/db-core/observe';
import { bindTypeorm, createAll, sessionManager } from '@quartet/db-typeorm';
import type { DataSource } from 'typeorm';
import { Message, Tag, User } from './models';
import { onEachEngine } from '@quartet/conformance/binding';

onEachEngine((fixture) => {
  let dataSource: DataSource;
  beforeAll(async () => {
    dataSource = await bindTypeorm(fixture.engine, { entities: [User, Tag, Message] });
    await createAll(dataSource);
  });
  afterAll(() => dataSource.destroy());

  test('insert, update and delete of entities, until nobody tracks them', async () => {
    const { Session } = fixture;
    const told: [unknown, Operation][][] = [];
    const stop = trackModifications(fixture.engine, {
      afterCommit: ({ changes }) =>
        told.push(changes.map(({ instance, operation }) => [instance, operation])),
    });
    await runInScope(async () => {
      const user = new User('a', 'a@x');
      Session.add(user);
      await Session.commit();
      expect(told.at(-1)).toEqual([[user, 'insert']]);

      const tag = await sessionManager(dataSource, Session()).save(new Tag('t')); // TypeORM's own call
      user.name = 'b';
      Session.add(user);
      await Session.commit();
      expect(told.at(-1)).toEqual([
        [tag, 'insert'],
        [user, 'update'],
      ]);

      await dataSource.getRepository(User).insert({ name: 'row', email: 'no entity' });
      await dataSource.getRepository(User).update({ name: 'row' }, { email: 'none either' });
      await dataSource.manager.remove(tag);
      Session.delete(user);
      await Session.commit();
      expect(told.at(-1)).toEqual([
        [tag, 'delete'],
        [user, 'delete'],
      ]);

      Session.add(new User('gone', 'gone@x'));
      await Session.flush();
      await Session.rollback();
      await Session.commit();
      expect(told).toHaveLength(3);

      stop();
      expect(dataSource.subscribers).toEqual([]);
      Session.add(new User('silent', 'silent@x'));
      await Session.commit();
      expect(told).toHaveLength(3);
    });
  });
});
