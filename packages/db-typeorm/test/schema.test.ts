import { createAll, dropAll, bindTypeorm } from '@quartet/db-typeorm';
import { bareSchema, expectedSchema } from '@quartet/testing';
import { createEngine, runInScope } from '@quartet/db-core';
import type { DataSource } from 'typeorm';
import * as decorated from './decorated-models';
import * as plain from './models';
import { onEachEngine } from '@quartet/conformance/binding';

const styles = {
  'mapped classes': [plain.User, plain.Tag, plain.Message],
  'decorated classes': [decorated.User, decorated.Tag, decorated.Message],
};

onEachEngine((fixture) => {
  describe.each(Object.entries(styles))('createAll for %s', (_style, entities) => {
    let dataSource: DataSource;
    beforeAll(async () => {
      dataSource = await bindTypeorm(fixture.engine, { entities });
    });
    afterEach(() => dropAll(dataSource));
    afterAll(() => dataSource.destroy());

    test('makes the four tables as every style has them', async () => {
      await createAll(dataSource);
      expect(await bareSchema(fixture.database.url)).toEqual(expectedSchema(fixture.dialect));
    });

    test('makes what is missing and leaves alone what is there, rows and all', async () => {
      await fixture.engine.execute('create table tags (id integer primary key, legacy integer)');
      await fixture.engine.execute('insert into tags values (1, 2)');
      await createAll(dataSource);
      await createAll(dataSource);
      const { tags, ...others } = await bareSchema(fixture.database.url);
      expect(Object.keys(tags?.columns ?? {})).toEqual(['id', 'legacy']);
      expect(Object.keys(others).sort()).toEqual(['message_tags', 'messages', 'users']);
      expect((await fixture.engine.execute('select legacy from tags')).scalar()).toBe(2);
    });

    test('works inside a scope without touching its transaction', async () => {
      await runInScope(async () => {
        await fixture.Session.begin();
        await createAll(dataSource);
        await fixture.Session.rollback();
      });
      expect(Object.keys(await bareSchema(fixture.database.url))).toHaveLength(4);
    });

    test('dropAll leaves nothing', async () => {
      await createAll(dataSource);
      await dropAll(dataSource);
      expect(await bareSchema(fixture.database.url)).toEqual({});
    });
  });

  test('several processes that start at once on an empty database make the tables once', async () => {
    const engines = Array.from({ length: 4 }, () => createEngine(fixture.database.url));
    const bound = await Promise.all(
      engines.map((engine) =>
        bindTypeorm(engine, { entities: [plain.User, plain.Tag, plain.Message] }),
      ),
    );
    await Promise.all(bound.map(createAll));
    expect(await bareSchema(fixture.database.url)).toEqual(expectedSchema(fixture.dialect));
    await dropAll(bound[0] as DataSource);
    for (const dataSource of bound) await dataSource.destroy();
    for (const engine of engines) await engine.dispose();
  });
});
