/** The same tables with TypeORM's decorators. */
import { utcDateTime } from '@quartet/db-typeorm';
import {
  Column,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryGeneratedColumn,
} from 'typeorm';

@Entity('users')
export class User {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'varchar', length: 50, unique: true }) name!: string;
  @Column({ type: 'varchar', length: 120, unique: true }) email!: string;
}

@Entity('tags')
export class Tag {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'varchar', length: 50, unique: true }) name!: string;
}

@Entity('messages')
export class Message {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'text' }) body!: string;
  @Column(utcDateTime({ defaultNow: true, name: 'created_at' })) createdAt!: Date;
  @ManyToOne(() => User, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id' })
  user!: User;
  @ManyToMany(() => Tag, { onDelete: 'CASCADE' })
  @JoinTable({
    name: 'message_tags',
    joinColumn: { name: 'message_id' },
    inverseJoinColumn: { name: 'tag_id' },
  })
  tags?: Tag[];
}
