import { createAll, dropAll, bindSequelize } from '@quartet/db-sequelize';
import { bareSchema, expectedSchema } from '@quartet/testing';
import { createEngine, runInScope } from '@quartet/db-core';
import type { Sequelize } from 'sequelize';
import { DataTypes } from 'sequelize';
import * as decorated from './decorated-models';
import * as plain from './models';
import { onEachEngine } from '@quartet/conformance/binding';

const styles = {
  'models of Sequelize': [plain.defineModels],
  'models of sequelize-typescript': [
    decorated.User,
    decorated.Tag,
    decorated.Message,
    decorated.MessageTag,
  ],
};

onEachEngine((fixture) => {
  describe.each(Object.entries(styles))('createAll for %s', (_style, models) => {
    let sequelize: Sequelize;
    beforeAll(async () => {
      sequelize = await bindSequelize(fixture.engine, { models, define: { timestamps: false } });
    });
    afterEach(() => dropAll(sequelize));
    afterAll(() => sequelize.close());

    test('makes the four tables as every style has them', async () => {
      await createAll(sequelize);
      expect(await bareSchema(fixture.database.url)).toEqual(expectedSchema(fixture.dialect));
    });

    test('makes what is missing and leaves alone what is there, rows and all', async () => {
      await fixture.engine.execute('create table tags (id integer primary key, legacy integer)');
      await fixture.engine.execute('insert into tags values (1, 2)');
      await createAll(sequelize);
      await createAll(sequelize);
      const { tags, ...others } = await bareSchema(fixture.database.url);
      expect(Object.keys(tags?.columns ?? {})).toEqual(['id', 'legacy']);
      expect(Object.keys(others).sort()).toEqual(['message_tags', 'messages', 'users']);
      expect((await fixture.engine.execute('select legacy from tags')).scalar()).toBe(2);
    });

    test('works inside a scope without touching its transaction', async () => {
      await runInScope(async () => {
        await fixture.Session.begin();
        await createAll(sequelize);
        await fixture.Session.rollback();
      });
      expect(Object.keys(await bareSchema(fixture.database.url))).toHaveLength(4);
    });

    test('dropAll leaves nothing', async () => {
      await createAll(sequelize);
      await dropAll(sequelize);
      expect(await bareSchema(fixture.database.url)).toEqual({});
    });
  });

  test('several processes that start at once on an empty database make the tables once', async () => {
    const engines = Array.from({ length: 4 }, () => createEngine(fixture.database.url));
    const name = { type: DataTypes.STRING(50), unique: true };
    const models = ['users', 'tags', 'things'].map(
      (table) => (sequelize: Sequelize) => sequelize.define(table, { name }),
    );
    const bound = await Promise.all(engines.map((engine) => bindSequelize(engine, { models })));
    await Promise.all(bound.map(createAll));
    expect(Object.keys(await bareSchema(fixture.database.url)).sort()).toEqual([
      'tags',
      'things',
      'users',
    ]);
    await dropAll(bound[0] as Sequelize);
    for (const sequelize of bound) await sequelize.close();
    for (const engine of engines) await engine.dispose();
  });
});
