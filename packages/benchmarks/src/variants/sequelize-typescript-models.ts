/** The models by the decorators of sequelize-typescript. */
import type { Dialect, Options } from 'sequelize';
import {
  BelongsTo,
  BelongsToMany,
  Column,
  DataType,
  ForeignKey,
  Model,
  type ModelCtor,
  Sequelize,
  Table,
} from 'sequelize-typescript';
import { createdAt } from './created-at';

export function open(options: Options & { dialect: Dialect }): {
  sequelize: Sequelize;
  models: { User: ModelCtor; Message: ModelCtor; Tag: ModelCtor };
} {
  const { dialect } = options;

  @Table({ tableName: 'users' })
  class User extends Model {
    @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
    declare id: number;

    @Column({ type: DataType.STRING(50), allowNull: false, unique: true })
    declare name: string;

    @Column({ type: DataType.STRING(120), allowNull: false, unique: true })
    declare email: string;
  }

  @Table({ tableName: 'tags' })
  class Tag extends Model {
    @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
    declare id: number;

    @Column({ type: DataType.STRING(50), allowNull: false, unique: true })
    declare name: string;
  }

  @Table({ tableName: 'messages' })
  class Message extends Model {
    @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
    declare id: number;

    @ForeignKey(() => User)
    @Column({ type: DataType.INTEGER, allowNull: false, field: 'user_id' })
    declare userId: number;

    @Column({ type: DataType.TEXT, allowNull: false })
    declare body: string;

    @Column(createdAt(dialect))
    declare createdAt: Date;

    @BelongsTo(() => User)
    declare author: User;

    @BelongsToMany(() => Tag, {
      through: 'message_tags',
      timestamps: false,
      foreignKey: 'message_id',
      otherKey: 'tag_id',
    })
    declare tags: Tag[];
  }

  const sequelize = new Sequelize({ ...options, models: [User, Tag, Message] });
  return { sequelize, models: { User, Message, Tag } };
}
