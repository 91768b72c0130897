/** Users, messages and tags: by `init`, as plain Sequelize has it. */
import { utcDateTime } from '@quartet/db-sequelize';
import type { NonAttribute, Sequelize } from 'sequelize';
import { DataTypes, Model } from 'sequelize';

export class User extends Model {
  declare id: number;
  declare name: string;
  declare email: string;
}

export class Tag extends Model {
  declare id: number;
  declare name: string;
}

export class Message extends Model {
  declare id: number;
  declare userId: number;
  declare body: string;
  declare createdAt: Date;
  declare user?: NonAttribute<User>;
  declare tags?: NonAttribute<Tag[]>;
  declare setTags: (tags: Tag[]) => Promise<void>;
}

export function defineModels(sequelize: Sequelize): void {
  const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true };
  const name = { type: DataTypes.STRING(50), allowNull: false, unique: true };
  User.init(
    { id, name, email: { type: DataTypes.STRING(120), allowNull: false, unique: true } },
    { sequelize, tableName: 'users' },
  );
  Tag.init({ id, name }, { sequelize, tableName: 'tags' });
  Message.init(
    {
      id,
      userId: { type: DataTypes.INTEGER, allowNull: false, field: 'user_id' },
      body: { type: DataTypes.TEXT, allowNull: false },
      createdAt: utcDateTime({ defaultNow: true, field: 'created_at' }),
    },
    { sequelize, tableName: 'messages' },
  );
  User.hasMany(Message, { foreignKey: 'userId', as: 'messages', onDelete: 'CASCADE' });
  Message.belongsTo(User, { foreignKey: 'userId', as: 'user', onDelete: 'CASCADE' });
  Message.belongsToMany(Tag, {
    through: 'message_tags',
    as: 'tags',
    foreignKey: 'message_id',
    otherKey: 'tag_id',
  });
  Tag.belongsToMany(Message, {
    through: 'message_tags',
    as: 'messages',
    foreignKey: 'tag_id',
    otherKey: 'message_id',
  });
}
