/** The same tables with the decorators of sequelize-typescript. */
import 'reflect-metadata';
import { utcDateTime } from '@quartet/db-sequelize';
import {
  AllowNull,
  AutoIncrement,
  BelongsTo,
  BelongsToMany,
  Column,
  DataType,
  ForeignKey,
  HasMany,
  Model,
  PrimaryKey,
  Table,
  Unique,
} from 'sequelize-typescript';

@Table({ tableName: 'users' })
export class User extends Model {
  @PrimaryKey @AutoIncrement @Column(DataType.INTEGER) declare id: number;
  @AllowNull(false) @Unique @Column(DataType.STRING(50)) declare name: string;
  @AllowNull(false) @Unique @Column(DataType.STRING(120)) declare email: string;
  @HasMany(() => Message, { onDelete: 'CASCADE' }) declare messages?: Message[];
}

@Table({ tableName: 'tags' })
export class Tag extends Model {
  @PrimaryKey @AutoIncrement @Column(DataType.INTEGER) declare id: number;
  @AllowNull(false) @Unique @Column(DataType.STRING(50)) declare name: string;
}

@Table({ tableName: 'messages' })
export class Message extends Model {
  @PrimaryKey @AutoIncrement @Column(DataType.INTEGER) declare id: number;
  @AllowNull(false)
  @ForeignKey(() => User)
  @Column({ type: DataType.INTEGER, field: 'user_id' })
  declare userId: number;
  @AllowNull(false) @Column(DataType.TEXT) declare body: string;
  @Column(utcDateTime({ defaultNow: true, field: 'created_at' })) declare createdAt: Date;
  @BelongsTo(() => User, { onDelete: 'CASCADE' }) declare user?: User;
  // `unique: false`: the primary key says it already.
  @BelongsToMany(() => Tag, { through: { model: () => MessageTag, unique: false } })
  declare tags?: Tag[];
}

@Table({ tableName: 'message_tags' })
export class MessageTag extends Model {
  @PrimaryKey
  @ForeignKey(() => Message)
  @Column({ type: DataType.INTEGER, field: 'message_id' })
  declare messageId: number;
  @PrimaryKey
  @ForeignKey(() => Tag)
  @Column({ type: DataType.INTEGER, field: 'tag_id' })
  declare tagId: number;
}
