/** The column that says when a row was changed last. */
import { ArgumentError, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindSequelize, createAll, dropAll, utcDateTime } from '@quartet/db-sequelize';
import { onEachEngine } from '@quartet/conformance/binding';
import type {
  CreationOptional,
  InferAttributes,
  InferCreationAttributes,
  Sequelize,
} from 'sequelize';
import { DataTypes, Model } from 'sequelize';

class Page extends Model<InferAttributes<Page>, InferCreationAttributes<Page>> {
  declare id: CreationOptional<number>;
  declare title: string;
  declare editedAt: CreationOptional<Date>;
}

const attributes = {
  id: { type: DataTypes.INTEGER, autoIncrement: true, primaryKey: true },
  title: { type: DataTypes.STRING, allowNull: false },
  editedAt: utcDateTime({ onUpdateNow: true, field: 'edited_at' }),
};
const LONG_AGO = new Date('2001-02-03T04:05:06.789Z');

onEachEngine((fixture) => {
  let sequelize: Sequelize;
  afterEach(async () => {
    await dropAll(sequelize);
    await sequelize.close();
  });

  describe.each([{ timestamps: false }, { timestamps: true, createdAt: false }, {}] as const)(
    'in a model with %j',
    (options) => {
      test('is set at each update, whoever sends it', async () => {
        sequelize = await bindSequelize(fixture.engine);
        Page.init(attributes, { sequelize, tableName: 'pages', ...options });
        await createAll(sequelize);
        const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
        const page = await Page.create({ title: 'a' });
        const { format } = fixture.engine.dialect.facts.instant;
        const isNow = async (): Promise<void> => {
          const { editedAt } = (await Page.findOne({ rejectOnEmpty: true })) as Page;
          expect(Date.now() - editedAt.getTime()).toBeLessThan(60_000);
          await fixture.engine.execute('update pages set edited_at = ?', [format(LONG_AGO)]);
          expect((await Page.findOne({ rejectOnEmpty: true })).editedAt).toEqual(LONG_AGO);
        };
        await isNow();
        await page.update({ title: 'b' });
        await isNow();
        await Page.update({ title: 'c' }, { where: { title: 'b' } });
        await isNow();
        await runInScope(async () => {
          await Session.query(Page).filterBy({ title: 'c' }).update({ title: 'd' });
          await Session.commit();
        });
        await isNow();
        await runInScope(async () => {
          const found = await Session.query(Page).one();
          found.title = 'e';
          Session.add(found);
          await Session.commit();
          expect(found.editedAt.getTime()).toBeGreaterThan(LONG_AGO.getTime());
        });
        await isNow();
      });
    },
  );

  test('is one in a model, and refused beside another', async () => {
    sequelize = await bindSequelize(fixture.engine);
    const define = (more: object, options: object) =>
      sequelize.define('Note', { ...attributes, ...more }, options);
    const other = utcDateTime({ onUpdateNow: true });
    expect(() => define({ other }, {})).toThrow(ArgumentError);
    expect(() => define({}, { updatedAt: 'changedAt' })).toThrow(
      /sets one attribute at each update, and Note has two, 'editedAt' and 'changedAt'/,
    );
    expect(() => define({}, { timestamps: false, updatedAt: 'changedAt' })).not.toThrow();
  });
});
