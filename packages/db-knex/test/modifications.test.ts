/** Changes of mapped objects are told of; rows that no object stands for are not. */
import type { Operation } from '@quartet/db-core/observe';
import { runInScope } from '@quartet/db-core';
import { trackModifications } from '@quartet/db-core/observe';
import { bindKnex, createAll, mapTable } from '@quartet/db-knex';
import { onEachEngine } from '@quartet/conformance/binding';
import { tables } from './tables';

class Tag {
  id!: number;
  constructor(public name: string) {}
}

onEachEngine((fixture) => {
  test('insert, update and delete of objects', async () => {
    const { Session } = fixture;
    const knex = bindKnex(fixture.engine);
    mapTable(knex, Tag, { table: 'tags', columns: { id: true, name: true } });
    await createAll(knex, tables);
    const told: [unknown, Operation][][] = [];
    const stop = trackModifications(fixture.engine, {
      afterCommit: ({ changes }) =>
        told.push(changes.map(({ instance, operation }) => [instance, operation])),
    });
    await runInScope(async () => {
      const tag = new Tag('a');
      Session.add(tag);
      await knex('tags').insert({ name: 'a row' });
      await Session.commit();
      tag.name = 'b';
      Session.add(tag);
      await Session.commit();
      Session.add(tag); // as it is in the database
      await Session.commit();
      Session.delete(tag);
      await Session.commit();
      expect(told).toEqual([[[tag, 'insert']], [[tag, 'update']], [[tag, 'delete']]]);
    });
    stop();
  });
});
