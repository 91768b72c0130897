/** What every binding must do with objects and conditions, with models on `db.Model`. */
import type { Bound } from '@quartet/conformance/binding';
import { registerObjects } from '@quartet/conformance/binding';
import type { Engine } from '@quartet/db-core';
import { utcDateTime } from '@quartet/db-sequelize';
import { SQLAlchemy } from '@quartet/express-sequelize';
import type { CreationOptional, ForeignKey, NonAttribute } from 'sequelize';
import { DataTypes, Op } from 'sequelize';

const db = new SQLAlchemy();

class User extends db.Model<User> {
  declare id: CreationOptional<number>;
  declare name: string;
  declare email: string;
}
User.init(
  {
    name: { type: DataTypes.STRING(50), allowNull: false, unique: true },
    email: { type: DataTypes.STRING(120), allowNull: false, unique: true },
  },
  { tableName: 'users' },
);

class Tag extends db.Model<Tag> {
  declare id: CreationOptional<number>;
  declare name: string;
}
Tag.init(
  { name: { type: DataTypes.STRING(50), allowNull: false, unique: true } },
  { tableName: 'tags' },
);

class Message extends db.Model<Message> {
  declare id: CreationOptional<number>;
  declare userId: ForeignKey<CreationOptional<number>>;
  declare body: string;
  declare createdAt: CreationOptional<Date>;
  declare user?: NonAttribute<User>;

  static override associate(): void {
    const owned = { onDelete: 'CASCADE', onUpdate: 'NO ACTION' };
    const userId = { name: 'userId', field: 'user_id', allowNull: false };
    User.hasMany(Message, { as: 'messages', foreignKey: userId, ...owned });
    Message.belongsTo(User, { as: 'user', foreignKey: userId, ...owned });
    const through = { through: 'message_tags', foreignKey: 'message_id', otherKey: 'tag_id' };
    Message.belongsToMany(Tag, { as: 'tags', ...through });
  }
}
Message.init(
  {
    body: { type: DataTypes.TEXT, allowNull: false },
    createdAt: utcDateTime({ defaultNow: true, field: 'created_at' }),
  },
  { tableName: 'messages' },
);

async function bind(engine: Engine): Promise<Bound> {
  await db.init({ engine });
  return {
    createAll: () => db.createAll(),
    dropAll: () => db.dropAll(),
    close: () => db.dispose(),
    User,
    Message,
    user: (name, email) => new User({ name, email }),
    message: (user, values) => Object.assign(new Message(values), { user }),
    above: (name) => ({ name: { [Op.gt]: name } }),
    wrong: {
      'an empty group': { [Op.and]: [] },
      'an operator without a value': { name: { [Op.eq]: undefined } },
      'a number as an operand of a text': { name: { [Op.eq]: 0 } },
    },
    right: [
      ['a property', { name: 'ana' }, ['ana']],
      ['an operator', { name: { [Op.like]: '%a%' } }, ['ana', 'dan']],
      ['not', { [Op.not]: { name: 'ana' } }, ['bob', 'cleo', 'dan', '50%']],
    ],
    insertUser: (name, email) => User.create({ name, email }),
    renameUser: (id, name) => User.update({ name }, { where: { id } }),
    countMessages: (at) => Message.count({ where: { createdAt: { [Op.lte]: at } } }),
    transaction: (work) =>
      db.sequelize.transaction((transaction) =>
        work((name) => User.create({ name, email: `${name}@x` }, { transaction })),
      ),
  };
}

registerObjects({ bind, relations: true, reportsOwnCalls: true });
