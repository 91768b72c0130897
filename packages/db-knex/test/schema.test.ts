import { bindKnex, createAll, dropAll } from '@quartet/db-knex';
import { bareSchema, expectedSchema } from '@quartet/testing';
import { createEngine, runInScope } from '@quartet/db-core';
import type { Knex } from 'knex';
import { tables } from './tables';
import { onEachEngine } from '@quartet/conformance/binding';

onEachEngine((fixture) => {
  describe('createAll', () => {
    let knex: Knex;
    beforeAll(() => {
      knex = bindKnex(fixture.engine);
    });
    afterEach(() => dropAll(knex, tables));

    test('makes the four tables as every style has them', async () => {
      await createAll(knex, tables);
      expect(await bareSchema(fixture.database.url)).toEqual(expectedSchema(fixture.dialect));
    });

    test('makes what is missing and leaves alone what is there, rows and all', async () => {
      await fixture.engine.execute('create table tags (id integer primary key, legacy integer)');
      await fixture.engine.execute('insert into tags values (1, 2)');
      await createAll(knex, tables);
      await createAll(knex, tables);
      const { tags, ...others } = await bareSchema(fixture.database.url);
      expect(Object.keys(tags?.columns ?? {})).toEqual(['id', 'legacy']);
      expect(Object.keys(others).sort()).toEqual(['message_tags', 'messages', 'users']);
      expect((await fixture.engine.execute('select legacy from tags')).scalar()).toBe(2);
    });

    test('works inside a scope without touching its transaction', async () => {
      await runInScope(async () => {
        await fixture.Session.begin();
        await createAll(knex, tables);
        await fixture.Session.rollback();
      });
      expect(Object.keys(await bareSchema(fixture.database.url))).toHaveLength(4);
    });

    test('dropAll leaves nothing', async () => {
      await createAll(knex, tables);
      await dropAll(knex, tables);
      expect(await bareSchema(fixture.database.url)).toEqual({});
    });
  });

  test('several processes that start at once on an empty database make the tables once', async () => {
    const engines = Array.from({ length: 4 }, () => createEngine(fixture.database.url));
    const bound = engines.map((engine) => bindKnex(engine));
    await Promise.all(bound.map((knex) => createAll(knex, tables)));
    expect(await bareSchema(fixture.database.url)).toEqual(expectedSchema(fixture.dialect));
    await dropAll(bound[0] as (typeof bound)[number], tables);
    for (const engine of engines) await engine.dispose();
  });
});
