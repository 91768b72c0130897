/** The models of the extension style: Sequelize models on `db.Model`. */
import { inspect } from 'node:util';
import type { Query } from '@quartet/db-core/orm';
import { utcDateTime } from '@quartet/db-sequelize';
import type {
  BelongsToManyAddAssociationsMixin,
  CreationOptional,
  HasManyCountAssociationsMixin,
  HasManyGetAssociationsMixin,
  NonAttribute,
} from 'sequelize';
import { DataTypes } from 'sequelize';
import { db } from './session';

/** What belongs to a row goes with it. */
const OWNED = { onDelete: 'CASCADE', onUpdate: 'NO ACTION' };

export class User extends db.Model<User> {
  declare static query: Query<User>;
  declare id: CreationOptional<number>;
  declare name: string;
  declare email: string;
  declare getMessages: HasManyGetAssociationsMixin<Message>;
  declare countMessages: HasManyCountAssociationsMixin;

  static override associate(): void {
    User.hasMany(Message, { as: 'messages', foreignKey: 'userId', ...OWNED });
  }

  override [inspect.custom](): string {
    return `<User ${inspect(this.name)}>`;
  }
}

User.init(
  {
    name: { type: DataTypes.STRING(50), allowNull: false, unique: true },
    email: { type: DataTypes.STRING(120), allowNull: false, unique: true },
  },
  { tableName: 'users' },
);

export class Tag extends db.Model<Tag> {
  declare static query: Query<Tag>;
  declare id: CreationOptional<number>;
  declare name: string;

  override [inspect.custom](): string {
    return `<Tag ${inspect(this.name)}>`;
  }
}

Tag.init(
  { name: { type: DataTypes.STRING(50), allowNull: false, unique: true } },
  { tableName: 'tags' },
);

export class Message extends db.Model<Message> {
  declare static query: Query<Message>;
  declare id: CreationOptional<number>;
  declare userId: number;
  declare body: string;
  declare createdAt: CreationOptional<Date>;
  declare author: NonAttribute<User>;
  declare tags: NonAttribute<Tag[]>;
  declare addTags: BelongsToManyAddAssociationsMixin<Tag, number>;

  static override associate(): void {
    Message.belongsTo(User, { as: 'author', foreignKey: 'userId', ...OWNED });
    Message.belongsToMany(Tag, {
      as: 'tags',
      through: 'message_tags',
      foreignKey: 'message_id',
      otherKey: 'tag_id',
      timestamps: false,
      ...OWNED,
    });
  }

  override [inspect.custom](): string {
    return `<Message(body=${inspect(this.body)})>`;
  }
}

Message.init(
  {
    userId: { type: DataTypes.INTEGER, allowNull: false, field: 'user_id' },
    body: { type: DataTypes.TEXT, allowNull: false },
    createdAt: utcDateTime({ defaultNow: true, field: 'created_at' }),
  },
  { tableName: 'messages' },
);
