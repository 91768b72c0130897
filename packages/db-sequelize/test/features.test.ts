/** What Sequelize's own documentation promises, on a bound Sequelize: outside scopes and inside one. */
import { bindSequelize, dropAll } from '@quartet/db-sequelize';
import { runInScope } from '@quartet/db-core';
import type { Model, ModelStatic, Sequelize } from 'sequelize';
import {
  DatabaseError,
  DataTypes,
  ForeignKeyConstraintError,
  Op,
  OptimisticLockError,
  QueryTypes,
  UniqueConstraintError,
  ValidationError,
} from 'sequelize';
import { onEachEngine } from '@quartet/conformance/binding';

/** Attributes and accessors are made by `define`, at run time. */
interface Dynamic extends Model {
  [property: string]: any; // oxlint-disable-line typescript/no-explicit-any -- made at run time
}
type Any = ModelStatic<Dynamic>;

onEachEngine((fixture) => {
  let sequelize: Sequelize;
  let User: Any;
  let Post: Any;
  let Tag: Any;
  const seen = new Date('2024-05-06T07:08:09.123Z');

  beforeAll(async () => {
    sequelize = await bindSequelize(fixture.engine);
    User = sequelize.define('User', {
      email: { type: DataTypes.STRING, unique: true, allowNull: false },
      age: { type: DataTypes.INTEGER, validate: { min: 0 } },
      active: { type: DataTypes.BOOLEAN, defaultValue: true },
      born: DataTypes.DATEONLY,
      seen: DataTypes.DATE(3),
      prefs: DataTypes.JSON,
      photo: DataTypes.BLOB,
      score: DataTypes.DOUBLE,
      uuid: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4 },
      kind: { type: DataTypes.ENUM('a', 'b'), defaultValue: 'a' },
    }) as Any;
    Post = sequelize.define(
      'Post',
      {
        title: { type: DataTypes.STRING, allowNull: false },
        views: { type: DataTypes.INTEGER, defaultValue: 0 },
      },
      { version: true },
    ) as Any;
    Tag = sequelize.define(
      'Tag',
      { name: { type: DataTypes.STRING, unique: true } },
      { timestamps: false, paranoid: false },
    ) as Any;
    User.hasMany(Post, {
      foreignKey: { name: 'userId', allowNull: false },
      as: 'posts',
      onDelete: 'NO ACTION',
    });
    Post.belongsTo(User, { foreignKey: 'userId', as: 'user' });
    Post.belongsToMany(Tag, { through: 'PostTag', as: 'tags' });
    Tag.belongsToMany(Post, { through: 'PostTag', as: 'posts' });
  });
  beforeEach(() => sequelize.sync());
  afterEach(() => dropAll(sequelize));
  afterAll(() => sequelize.close());

  describe.each([
    ['outside scopes', <T>(fn: () => Promise<T>) => fn()],
    ['inside a scope', runInScope],
  ])('%s', (_where, run) => {
    const user = (email = 'a@x') => User.create({ email });

    test('values come back as they were stored', () =>
      run(async () => {
        const values = {
          email: 'a@x',
          born: '2001-02-03',
          seen,
          prefs: { a: [1, { b: 2 }] },
          photo: Buffer.from([0, 1, 255]),
          score: 1.5,
        };
        const { id } = await User.create(values);
        const found = await User.findByPk(id as number);
        expect(found?.get({ plain: true })).toMatchObject({ ...values, active: true, kind: 'a' });
        expect(found?.['createdAt']).toBeInstanceOf(Date);
      }));

    test('associations are included, joined and separately', () =>
      run(async () => {
        const { id } = await user();
        const post = await Post.create({ title: 'p1', userId: id });
        await Post.create({ title: 'p2', userId: id });
        await post['addTag'](await Tag.create({ name: 'red' }));
        const joined = await User.findOne({
          include: [{ model: Post, as: 'posts', include: [{ model: Tag, as: 'tags' }] }],
          order: [[{ model: Post, as: 'posts' }, 'id', 'ASC']],
        });
        expect(
          joined
            ?.get({ plain: true })
            ['posts'].map((post: Dynamic) => [
              post['title'],
              post['tags'].map((tag: Dynamic) => tag['name']),
            ]),
        ).toEqual([
          ['p1', ['red']],
          ['p2', []],
        ]);
        const separate = await User.findOne({
          include: [{ model: Post, as: 'posts', separate: true }],
        });
        expect(separate?.['posts']).toHaveLength(2);
        const { count, rows } = await Post.findAndCountAll({
          limit: 1,
          offset: 1,
          order: ['id'],
          include: 'user',
        });
        expect([count, rows[0]?.['title'], rows[0]?.['user'].email]).toEqual([2, 'p2', 'a@x']);
      }));

    test('several rows at once: bulkCreate with keys, upsert, findOrCreate', () =>
      run(async () => {
        const created = await Tag.bulkCreate([{ name: 'a' }, { name: 'b' }], { returning: true });
        const ids = created.map((tag) => tag['id'] as number);
        expect(ids[1]).toBe((ids[0] as number) + 1);
        await Tag.bulkCreate([{ name: 'a' }, { name: 'c' }], { ignoreDuplicates: true });
        await Tag.upsert({ id: ids[0], name: 'changed' });
        expect((await Tag.findAll({ order: ['id'] })).map((tag) => tag['name'])).toEqual([
          'changed',
          'b',
          'c',
        ]);
        const first = await Tag.findOrCreate({ where: { name: 'found' } });
        const second = await Tag.findOrCreate({ where: { name: 'found' } });
        expect([first[1], second[1], second[0]['id']]).toEqual([true, false, first[0]['id']]);
      }));

    test('increments, and counts what it changes', () =>
      run(async () => {
        const { id } = await user();
        const post = await Post.create({ title: 'p', userId: id });
        await post.increment('views', { by: 5 });
        await Post.decrement('views', { where: { id: post['id'] } });
        await post.reload();
        expect(post['views']).toBe(4);
        await Post.bulkCreate([
          { title: 'b1', userId: id },
          { title: 'b2', userId: id },
        ]);
        expect(await Post.update({ views: 9 }, { where: { title: { [Op.like]: 'b%' } } })).toEqual([
          2,
        ]);
        expect(await Post.update({ views: 9 }, { where: { title: 'b1' } })).toEqual([1]); // matched, though nothing changed
        expect(await Post.destroy({ where: { title: 'b1' } })).toBe(1);
      }));

    test('optimistic locking notices a lost race', () =>
      run(async () => {
        const { id } = await user();
        const one = await Post.create({ title: 'p', userId: id });
        const other = await Post.findByPk(one['id'] as number);
        await one.update({ title: 'q' });
        await expect(other?.update({ title: 'r' })).rejects.toThrow(OptimisticLockError);
      }));

    test('raw statements bind, replace and answer as always', () =>
      run(async () => {
        const select = { type: QueryTypes.SELECT } as const;
        expect(
          await sequelize.query('SELECT :n AS n', { replacements: { n: 'q' }, ...select }),
        ).toEqual([{ n: 'q' }]);
        const cast =
          fixture.name === 'postgres'
            ? 'SELECT $1::int AS a, $2::text AS b'
            : 'SELECT $1 AS a, $2 AS b';
        expect(await sequelize.query(cast, { bind: [1, 'x'], ...select })).toMatchObject([
          { b: 'x' },
        ]);
        await Tag.create({ name: 'raw' });
        const table = sequelize.getQueryInterface().quoteIdentifier('Tags');
        expect(await sequelize.query(`SELECT name FROM ${table}`, select)).toEqual([
          { name: 'raw' },
        ]);
      }));

    test('a managed transaction commits or rolls back', () =>
      run(async () => {
        await sequelize.transaction((transaction) => Tag.create({ name: 'kept' }, { transaction }));
        const failing = sequelize.transaction(async (transaction) => {
          await Tag.create({ name: 'lost' }, { transaction });
          throw new Error('boom');
        });
        await expect(failing).rejects.toThrow('boom');
        expect((await Tag.findAll()).map((tag) => tag['name'])).toEqual(['kept']);
      }));

    test('an unmanaged transaction nests', () =>
      run(async () => {
        const outer = await sequelize.transaction();
        await Tag.create({ name: 'outer' }, { transaction: outer });
        const inner = await sequelize.transaction({ transaction: outer });
        await Tag.create({ name: 'inner' }, { transaction: inner });
        await inner.rollback();
        await outer.commit();
        expect((await Tag.findAll()).map((tag) => tag['name'])).toEqual(['outer']);
      }));

    test('a violated rule is told by Sequelize’s own classes', async () => {
      // Each alone: PostgreSQL refuses everything after a failed statement.
      const failure = (fn: () => Promise<unknown>) =>
        run(() =>
          fn().then(
            () => undefined,
            (error: Error) => error,
          ),
        );
      const { id } = await User.create({ email: 'a@x' });
      const unique = (await failure(() => User.create({ email: 'a@x' }))) as UniqueConstraintError;
      expect(unique).toBeInstanceOf(UniqueConstraintError);
      expect(unique.errors[0]?.path).toMatch(/email/);
      expect(
        await failure(() => User.bulkCreate([{ email: 'q@x' }, { email: 'q@x' }])),
      ).toBeInstanceOf(UniqueConstraintError);
      expect(await failure(() => Post.create({ title: 'x', userId: 9999 }))).toBeInstanceOf(
        ForeignKeyConstraintError,
      );
      await Post.create({ title: 'x', userId: id });
      expect(await failure(() => User.destroy({ where: { id } }))).toBeInstanceOf(
        ForeignKeyConstraintError,
      );
      expect(await failure(() => User.create({}))).toBeInstanceOf(ValidationError);
      expect(await failure(() => User.create({ email: 'v@x', age: -1 }))).toBeInstanceOf(
        ValidationError,
      );
      expect(await failure(() => sequelize.query('SELECT * FROM nowhere'))).toBeInstanceOf(
        DatabaseError,
      );
    });
  });

  test('describes and changes tables through its query interface', async () => {
    const tables = sequelize.getQueryInterface();
    await tables.addColumn('Tags', 'c1', { type: DataTypes.INTEGER });
    await tables.renameColumn('Tags', 'c1', 'c2');
    await tables.addIndex('Tags', ['c2']);
    expect(Object.keys(await tables.describeTable('Tags'))).toEqual(['id', 'name', 'c2']);
    expect(await tables.showIndex('Tags')).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'tags_c2' })]),
    );
    await tables.removeIndex('Tags', ['c2']);
    await tables.removeColumn('Tags', 'c2');
    expect(Object.keys(await tables.describeTable('Tags'))).toEqual(['id', 'name']);
    expect(await tables.tableExists('Tags')).toBe(true);
  });
});
