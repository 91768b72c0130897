/** Sequelize bound to an engine, as the suite of bindings wants it; the same for models by `init` and by decorators. */
import type { Engine } from '@quartet/db-core';
import type { Bound, Item, Named } from '@quartet/conformance/binding';
import type { BindSequelizeOptions } from '@quartet/db-sequelize';
import { bindSequelize, createAll, dropAll } from '@quartet/db-sequelize';
import type { Model, ModelStatic, Sequelize } from 'sequelize';
import { col, fn, literal, Op, where } from 'sequelize';

type Tables = Pick<Bound, 'createAll' | 'dropAll' | 'close'> & { readonly sequelize: Sequelize };

export async function schema(
  engine: Engine,
  models: BindSequelizeOptions['models'] & {},
): Promise<Tables> {
  const sequelize = await bindSequelize(engine, { models, define: { timestamps: false } });
  return {
    sequelize,
    createAll: () => createAll(sequelize),
    dropAll: () => dropAll(sequelize),
    close: () => sequelize.close(),
  };
}

/** `ModelStatic` with a constructor that says what it takes. */
type ModelClass<T extends object> = Omit<ModelStatic<Model & T>, 'new'> &
  (new (
    values?: Partial<T>,
  ) => Model & T);

export interface Models {
  readonly models: BindSequelizeOptions['models'] & {};
  readonly User: ModelClass<Named>;
  readonly Message: ModelClass<Item>;
}

export async function boundTo(engine: Engine, { models, User, Message }: Models): Promise<Bound> {
  const { sequelize, ...tables } = await schema(engine, models);
  return {
    ...tables,
    User,
    Message,
    user: (name, email) => new User({ name, email }),
    message: (user, values) => Object.assign(new Message(values), { user }),
    above: (name) => ({ name: { [Op.gt]: name } }),
    wrong: {
      'an empty group': { [Op.and]: [] },
      'an empty choice': { [Op.or]: [] },
      'a group of a truth': { [Op.and]: [{ name: 'ana' }, false] },
      'a group of nothing': { [Op.and]: [undefined, {}] },
      'a choice with nothing': { [Op.or]: [{ name: 'ana' }, {}] },
      'not, a truth': { [Op.not]: true },
      'a function among others': [{ name: 'ana' }, () => true],
      'an empty literal': literal(' '),
      'not, a literal, which Sequelize does not negate': { [Op.not]: literal("name = 'ana'") },
      'an operator alone': { [Op.eq]: 'ana' },
      'an operator without a value': { name: { [Op.eq]: undefined } },
      'an operator on a list that is none': { name: { [Op.in]: 'ana' } },
      'an operator and a name': { name: { [Op.ne]: 'x', ne: 'x' } },
      'a function as an operand': { name: { [Op.gt]: () => 'a' } },
      'a number as an operand of a text': { name: { [Op.eq]: 0 } },
      'numbers in a list of texts': { name: [0] },
    },
    right: [
      ['a property', { name: 'ana' }, ['ana']],
      ['a list', { name: ['ana', 'bob'] }, ['ana', 'bob']],
      ['an empty list', { name: [] }, []],
      ['an operator', { name: { [Op.like]: '%a%' } }, ['ana', 'dan']],
      ['a group', { [Op.or]: [{ name: 'ana' }, { name: { [Op.eq]: 'bob' } }] }, ['ana', 'bob']],
      [
        'a group of one property',
        { name: { [Op.or]: ['ana', { [Op.eq]: 'dan' }] } },
        ['ana', 'dan'],
      ],
      ['not', { [Op.not]: { name: 'ana' } }, ['bob', 'cleo', 'dan', '50%']],
      ['an array', [{ name: 'ana' }, { email: 'ana@x' }], ['ana']],
      ['a function of the database', where(fn('upper', col('name')), 'ANA'), ['ana']],
      ['a literal', literal("name = 'ana'"), ['ana']],
      ['null', { name: null }, []],
      ['not null', { name: { [Op.not]: null } }, ['ana', 'bob', 'cleo', 'dan', '50%']],
    ],
    insertUser: (name, email) => User.create({ name, email }),
    renameUser: (id, name) => User.update({ name }, { where: { id } }),
    countMessages: (at) => Message.count({ where: { createdAt: { [Op.lte]: at } } }),
    transaction: (work) =>
      sequelize.transaction((transaction) =>
        work((name) => User.create({ name, email: `${name}@x` }, { transaction })),
      ),
  };
}
