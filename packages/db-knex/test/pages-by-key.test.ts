/** Pages by key over a column that has nulls, which databases sort differently, and over instants. */
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex, mapTable } from '@quartet/db-knex';
import { freshDatabase, testEngines } from '@quartet/testing';

describe.each(testEngines())('pages by key on $name', (testEngine) => {
  class Score {
    id!: number;
    points!: number | null;
  }

  test.each(['points', '-points'] as const)(
    'sorted by %s they have the rows with null, once',
    async (order) => {
      const database = await freshDatabase(testEngine);
      const engine = createEngine(database.url);
      const knex = bindKnex(engine);
      class Own extends Score {}
      mapTable(knex, Own, { table: 'scores', columns: { id: true, points: true } });
      const Session = scopedSession(sessionmaker({ bind: engine }));
      await engine.execute('create table scores (id int primary key, points int)');
      const points = [3, null, 1, null, 3, 2, null, 1];
      for (const [id, value] of points.entries())
        await engine.execute('insert into scores values (?, ?)', [id, value]);
      const list = () => Session.query(Own).orderBy(order);
      await runInScope(async () => {
        const direction = order === 'points' ? 'id' : '-id';
        const all = (await list().orderBy(direction).all()).map(({ id }) => id);
        const seen: number[] = [];
        let page = await list().paginateByKey({ perPage: 3 });
        for (
          seen.push(...[...page].map(({ id }) => id));
          page.next !== undefined && seen.length < 20;
        ) {
          page = await list().paginateByKey({ perPage: 3, after: page.next });
          seen.push(...[...page].map(({ id }) => id));
        }
        expect(seen).toEqual(all);
        const back: number[] = [...page].map(({ id }) => id);
        while (page.prev !== undefined && back.length < 20) {
          page = await list().paginateByKey({ perPage: 3, before: page.prev });
          back.unshift(...[...page].map(({ id }) => id));
        }
        expect(back).toEqual(all);
      });
      await engine.dispose();
      await database.drop();
    },
  );
});
