/** A bound Sequelize reads the same JavaScript values as one with a connection of its own. */
import { runInScope } from '@quartet/db-core';
import { bindSequelize } from '@quartet/db-sequelize';
import type { Model, ModelStatic } from 'sequelize';
import { DataTypes, Sequelize } from 'sequelize';
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
const POSTGRES_VALUES = {
  tags: ['p', 'q'],
  amounts: ['1.5', '2'],
  span: [1, 5],
  kind: 'x',
  jb: { z: 1 },
};

type Run = <T>(fn: () => Promise<T>) => Promise<T>;

onEachEngine((fixture) => {
  const onPostgres = fixture.name === 'postgres';
  const values = onPostgres ? { ...VALUES, ...POSTGRES_VALUES } : VALUES;

  async function read(sequelize: Sequelize, run: Run): Promise<unknown> {
    const model = sequelize.define(
      'types',
      {
        flag: DataTypes.BOOLEAN,
        n: DataTypes.INTEGER,
        big: DataTypes.BIGINT,
        price: DataTypes.DECIMAL(10, 2),
        f: DataTypes.DOUBLE,
        day: DataTypes.DATEONLY,
        at: DataTypes.DATE(3),
        js: DataTypes.JSON,
        bin: DataTypes.BLOB,
        s: DataTypes.STRING,
        ...(onPostgres && {
          tags: DataTypes.ARRAY(DataTypes.ENUM('p', 'q')),
          amounts: DataTypes.ARRAY(DataTypes.DECIMAL),
          span: DataTypes.RANGE(DataTypes.INTEGER),
          kind: DataTypes.ENUM('x', 'y'),
          jb: DataTypes.JSONB,
        }),
      },
      { freezeTableName: true, timestamps: false },
    ) as ModelStatic<Model>;
    await model.sync({ force: true });
    const work = async (): Promise<unknown> => {
      await model.create(values);
      const [count] = await sequelize.query('SELECT COUNT(*) AS c FROM types');
      return {
        row: (await model.findOne())?.get({ plain: true }),
        count,
        found: await model.count({ where: { at: VALUES.at, day: VALUES.day, flag: true } }),
      };
    };
    return run(work);
  }

  test('whatever the type', async () => {
    const bound = await bindSequelize(fixture.engine);
    const answer = await read(bound, runInScope);
    await bound.close();
    if (fixture.name === 'sqlite') {
      // Its own driver, sqlite3, is a build from source: what it answers is written down here.
      expect(answer).toMatchObject({
        row: { ...VALUES, price: 12.3 },
        count: [{ c: 1 }],
        found: 1,
      });
      return;
    }
    const stock = new Sequelize(fixture.database.url, { logging: false });
    expect(answer).toEqual(await read(stock, (fn) => fn()));
    expect(answer).toMatchObject({ found: 1 });
    await stock.close();
  });
});
