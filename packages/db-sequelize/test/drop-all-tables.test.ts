/** Tables that refer to each other can be dropped by Sequelize's own call, outside a session as well. */
import { createEngine, runInScope } from '@quartet/db-core';
import { bindSequelize } from '@quartet/db-sequelize';
import { freshDatabase, testEngines } from '@quartet/testing';

describe.each(testEngines())('on $name', (testEngine) => {
  test.each<[string, <T>(fn: () => Promise<T>) => Promise<T>]>([
    ['outside a session', (fn) => fn()],
    ['in a session', (fn) => runInScope(fn)],
  ])('dropAllTables() %s', async (_where, where) => {
    const database = await freshDatabase(testEngine);
    const engine = createEngine(database.url);
    const sequelize = await bindSequelize(engine);
    await engine.execute('create table hen (id int primary key, egg int)');
    await engine.execute('create table egg (id int primary key, hen int references hen (id))');
    if (testEngine.name !== 'sqlite')
      await engine.execute('alter table hen add foreign key (egg) references egg (id)');
    await engine.execute('insert into hen values (1, null)');
    await engine.execute('insert into egg values (1, 1)');
    await where(() => sequelize.getQueryInterface().dropAllTables());
    expect(await sequelize.getQueryInterface().showAllTables()).toEqual([]);
    expect(engine.status().inUse).toBe(0);
    await sequelize.close();
    await engine.dispose();
    await database.drop();
  });
});
