/** The models of the declarative style: each class is declared together with its table. */
import { inspect } from 'node:util';
import type { Query } from '@quartet/db-core/orm';
import { utcDateTime } from '@quartet/db-sequelize';
import type {
  CreationOptional,
  InferAttributes,
  InferCreationAttributes,
  NonAttribute,
} from 'sequelize';
import {
  BelongsTo,
  BelongsToMany,
  Column,
  DataType,
  ForeignKey,
  HasMany,
  Table,
} from 'sequelize-typescript';
import { Base } from './session';

@Table({ tableName: 'users' })
export class User extends Base<InferAttributes<User>, InferCreationAttributes<User>> {
  declare static readonly query: Query<User>;

  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: CreationOptional<number>;

  @Column({ type: DataType.STRING(50), allowNull: false, unique: true })
  declare name: string;

  @Column({ type: DataType.STRING(120), allowNull: false, unique: true })
  declare email: string;

  @HasMany(() => Message)
  declare messages: NonAttribute<Message[]>;

  [inspect.custom](): string {
    return `<User ${inspect(this.name)}>`;
  }
}

@Table({ tableName: 'tags' })
export class Tag extends Base<InferAttributes<Tag>, InferCreationAttributes<Tag>> {
  declare static readonly query: Query<Tag>;

  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: CreationOptional<number>;

  @Column({ type: DataType.STRING(50), allowNull: false, unique: true })
  declare name: string;

  [inspect.custom](): string {
    return `<Tag ${inspect(this.name)}>`;
  }
}

@Table({ tableName: 'messages' })
export class Message extends Base<InferAttributes<Message>, InferCreationAttributes<Message>> {
  declare static readonly query: Query<Message>;

  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: CreationOptional<number>;

  @ForeignKey(() => User)
  @Column({ type: DataType.INTEGER, allowNull: false, field: 'user_id' })
  declare userId: number;

  @Column({ type: DataType.TEXT, allowNull: false })
  declare body: string;

  @Column(utcDateTime({ defaultNow: true, field: 'created_at' }))
  declare createdAt: CreationOptional<Date>;

  @BelongsTo(() => User, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  declare author: NonAttribute<User>;

  @BelongsToMany(() => Tag, {
    through: 'message_tags',
    timestamps: false,
    foreignKey: 'message_id',
    otherKey: 'tag_id',
    onDelete: 'CASCADE',
    onUpdate: 'NO ACTION',
  })
  declare tags: NonAttribute<Tag[]>;

  [inspect.custom](): string {
    return `<Message(body=${inspect(this.body)})>`;
  }
}
