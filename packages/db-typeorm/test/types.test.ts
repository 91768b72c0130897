/** A bound DataSource reads the same JavaScript values as one with a connection of its own. */
import { runInScope } from '@quartet/db-core';
import { bindTypeorm } from '@quartet/db-typeorm';
import type { DataSourceOptions } from 'typeorm';
import { DataSource, EntitySchema } from 'typeorm';
import { onEachEngine } from '@quartet/conformance/binding';

const VALUES = {
  flag: true,
  n: 42,
  big: '9007199254740993',
  price: '12.30',
  f: 1.5,
  day: '2001-02-03',
  at: new Date('2024-05-06T07:08:09.123Z'),
  js: { a: [1] },
  bin: Buffer.from([0, 255]),
  s: 'héllo ☃',
};

onEachEngine((fixture) => {
  const onPostgres = fixture.name === 'postgres';
  const types = new EntitySchema<Record<string, unknown>>({
    name: 'types',
    columns: {
      id: { type: Number, primary: true, generated: true },
      flag: { type: Boolean },
      n: { type: 'int' },
      big: { type: 'bigint' },
      price: { type: 'decimal', precision: 10, scale: 2 },
      f: { type: onPostgres ? 'double precision' : 'double' },
      day: { type: 'date' },
      at: onPostgres
        ? { type: 'timestamptz' }
        : { type: 'datetime', ...(fixture.name === 'mariadb' && { precision: 3 }) },
      js: { type: fixture.name === 'sqlite' ? 'simple-json' : 'json' },
      bin: { type: onPostgres ? 'bytea' : 'blob' },
      s: { type: String },
      ...(onPostgres && {
        amounts: { type: 'numeric', array: true },
        kind: { type: 'enum', enum: ['x', 'y'] },
        jb: { type: 'jsonb' },
      }),
    },
  });
  const values = onPostgres
    ? { ...VALUES, amounts: ['1.5', '2'], kind: 'x', jb: { z: 1 } }
    : VALUES;

  async function read(
    dataSource: DataSource,
    run: <T>(fn: () => Promise<T>) => Promise<T>,
  ): Promise<unknown> {
    await dataSource.synchronize();
    const repository = dataSource.getRepository(types);
    return run(async () => {
      await repository.save({ ...values });
      const updated = await repository.update({ n: 42 }, { n: 42 });
      const answer = {
        row: await repository.findOneByOrFail({ n: 42 }),
        count: await dataSource.query('SELECT COUNT(*) AS c FROM types'),
        found: await repository.countBy({ at: VALUES.at }),
        affected: updated.affected,
      };
      await repository.clear();
      return answer;
    });
  }

  test('whatever the type', async () => {
    const { url } = fixture.database;
    const own = {
      sqlite: { type: 'better-sqlite3', database: url.replace('sqlite:///', '') },
      postgres: { type: 'postgres', url, installExtensions: false },
      mariadb: { type: 'mariadb', url: url.replace('mysql:', 'mariadb:') },
    }[fixture.name] as DataSourceOptions;
    const bound = await bindTypeorm(fixture.engine, { entities: [types] });
    const answer = await read(bound, runInScope);
    await bound.destroy();
    const stock = await new DataSource({
      ...own,
      entities: [types],
    } as DataSourceOptions).initialize();
    const expected = await read(stock, (fn) => fn());
    await stock.destroy();
    // Stock TypeORM rounds big integers on SQLite.
    const idless = (result: unknown): unknown => ({
      ...(result as object),
      row: { ...(result as { row: object }).row, id: 0, big: VALUES.big },
    });
    expect(answer).toMatchObject({ row: { big: VALUES.big } });
    expect(idless(answer)).toEqual(idless(expected));
    expect(answer).toMatchObject({ found: 1, affected: 1 });
  });
});
