/** Tables from definitions: the same on every database, by any library. */
import { createEngine, runInScope } from '@quartet/db-core';
import { bareSchema, expectedSchema } from '@quartet/testing';
import type { Binding, Bound } from './binding';
import type { Fixture } from './fixture';

export function describeSchema(fixture: Fixture, { bind, schemas = {} }: Binding): void {
  const ways = { 'the tables': bind, ...schemas };
  describe.each(Object.entries(ways))('for %s', (_way, define) => {
    let bound: Pick<Bound, 'createAll' | 'dropAll' | 'close'>;
    beforeAll(async () => {
      bound = await define(fixture.engine);
    });
    afterEach(() => bound.dropAll());
    afterAll(() => bound.close());

    test('makes the four tables as every style has them', async () => {
      await bound.createAll();
      expect(await bareSchema(fixture.database.url)).toEqual(expectedSchema(fixture.dialect));
    });

    test('makes what is missing and leaves alone what is there, rows and all', async () => {
      await fixture.engine.execute('create table tags (id integer primary key, legacy integer)');
      await fixture.engine.execute('insert into tags values (1, 2)');
      await bound.createAll();
      await bound.createAll();
      const { tags, ...others } = await bareSchema(fixture.database.url);
      expect(Object.keys(tags?.columns ?? {})).toEqual(['id', 'legacy']);
      expect(Object.keys(others).sort()).toEqual(['message_tags', 'messages', 'users']);
      expect((await fixture.engine.execute('select legacy from tags')).scalar()).toBe(2);
    });

    test('works inside a scope without touching its transaction', async () => {
      await runInScope(async () => {
        await fixture.Session.begin();
        await bound.createAll();
        await fixture.Session.rollback();
      });
      expect(Object.keys(await bareSchema(fixture.database.url))).toHaveLength(4);
    });

    test('dropAll leaves nothing', async () => {
      await bound.createAll();
      await bound.dropAll();
      expect(await bareSchema(fixture.database.url)).toEqual({});
    });
  });

  test('several processes that start at once on an empty database make the tables once', async () => {
    const engines = Array.from({ length: 4 }, () => createEngine(fixture.database.url));
    const bound = await Promise.all(engines.map(bind));
    await Promise.all(bound.map((each) => each.createAll()));
    expect(await bareSchema(fixture.database.url)).toEqual(expectedSchema(fixture.dialect));
    await bound[0]?.dropAll();
    for (const each of bound) await each.close();
    for (const engine of engines) await engine.dispose();
  });
}
