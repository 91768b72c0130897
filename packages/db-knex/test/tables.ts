/** Users, messages and tags as Knex's schema builder makes them, and plain classes for them. */
import type { Tables } from '@quartet/db-knex';
import { mapTable, primaryId, utcDateTime } from '@quartet/db-knex';
import type { Knex } from 'knex';

export const tables: Tables = {
  users(table, knex) {
    primaryId(knex, table);
    table.string('name', 50).notNullable().unique();
    table.string('email', 120).notNullable().unique();
  },
  messages(table, knex) {
    primaryId(knex, table);
    table.integer('user_id').notNullable().references('users.id').onDelete('CASCADE');
    table.text('body').notNullable();
    utcDateTime(knex, table, 'created_at', { defaultNow: true });
  },
  tags(table, knex) {
    primaryId(knex, table);
    table.string('name', 50).notNullable().unique();
  },
  message_tags(table) {
    table.integer('message_id').notNullable().references('messages.id').onDelete('CASCADE');
    table.integer('tag_id').notNullable().references('tags.id').onDelete('CASCADE');
    table.primary(['message_id', 'tag_id']);
  },
};

export class User {
  id!: number;

  constructor(
    public name: string,
    public email = `${name}@x`,
  ) {}
}

export class Message {
  id!: number;
  createdAt!: Date;

  constructor(
    public userId: number,
    public body: string,
  ) {}
}

export class MessageTag {
  constructor(
    public messageId: number,
    public tagId: number,
  ) {}
}

export function mapTables(knex: Knex): void {
  mapTable(knex, User, { table: 'users', columns: { id: true, name: true, email: true } });
  mapTable(knex, Message, {
    table: 'messages',
    columns: { id: true, userId: 'user_id', body: true, createdAt: 'created_at' },
    references: [User],
  });
  mapTable(knex, MessageTag, {
    table: 'message_tags',
    columns: { messageId: 'message_id', tagId: 'tag_id' },
    primaryKey: ['messageId', 'tagId'],
  });
}
