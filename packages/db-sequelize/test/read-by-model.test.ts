/** A value is read by what the model says, whatever SQLite's tables call the column's type. */
import { createEngine, runInScope } from '@quartet/db-core';
import { bindSequelize, utcDateTime } from '@quartet/db-sequelize';
import { makeThings, THING } from '@quartet/testing';
import type { Model, ModelStatic, Sequelize } from 'sequelize';
import { DataTypes } from 'sequelize';

describe.each(['text', '', 'json'])('a column declared %p', (type) => {
  const engine = createEngine('sqlite://');
  let sequelize: Sequelize;
  let Thing: ModelStatic<Model>;

  beforeAll(async () => {
    await makeThings(engine, type);
    sequelize = await bindSequelize(engine);
    Thing = sequelize.define(
      'Thing',
      {
        on: DataTypes.BOOLEAN,
        n: DataTypes.INTEGER,
        big: DataTypes.BIGINT,
        price: DataTypes.DECIMAL(10, 2),
        made: utcDateTime(),
        moment: { type: DataTypes.DATE, field: 'at' },
        js: DataTypes.JSON,
      },
      { tableName: 'things', timestamps: false },
    );
    Thing.belongsTo(Thing, { as: 'other', foreignKey: 'other_id' });
  });
  afterAll(async () => {
    await sequelize.close();
    await engine.dispose();
  });

  test('is read as what the model says, by itself and through an association', async () => {
    const { at, ...others } = THING;
    const expected = { ...others, moment: at };
    await runInScope(async () => {
      const [row] = await Thing.findAll();
      expect(row?.get({ plain: true })).toMatchObject(expected);
      expect(row?.changed()).toBe(false);
      await Thing.create({ other_id: 1, made: at });
      const [, found] = await Thing.findAll({ include: 'other', order: ['id'] });
      expect(found?.get({ plain: true })).toMatchObject({ other: expected });
    });
  });
});
