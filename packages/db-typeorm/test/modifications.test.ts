/** Changes of entities that TypeORM's own calls have made are told of; rows that no entity stands for are not. */
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

  test('inserts and deletes of entities', async () => {
    const { Session } = fixture;
    const told: [unknown, Operation][][] = [];
    const stop = trackModifications(fixture.engine, {
      afterCommit: ({ changes }) =>
        told.push(changes.map(({ instance, operation }) => [instance, operation])),
    });
    await runInScope(async () => {
      const tag = await sessionManager(dataSource, Session()).save(new Tag('t'));
      await dataSource.getRepository(User).insert({ name: 'row', email: 'no entity' });
      await dataSource.getRepository(User).update({ name: 'row' }, { email: 'none either' });
      await Session.commit();
      await dataSource.manager.remove(tag);
      await Session.commit();
      expect(told).toEqual([[[tag, 'insert']], [[tag, 'delete']]]);
      stop();
    });
  });
});
