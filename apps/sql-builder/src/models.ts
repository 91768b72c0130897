/** The models of the SQL style: no classes, only what the tables consist of and what a row of each looks like. */
import type { Tables } from '@quartet/db-knex';
import { primaryId, utcDateTime } from '@quartet/db-knex';

export interface User {
  id: number;
  name: string;
  email: string;
}

export interface Tag {
  id: number;
  name: string;
}

export interface Message {
  id: number;
  user_id: number;
  body: string;
  created_at: Date;
}

declare module 'knex/types/tables' {
  interface Tables {
    users: User;
    tags: Tag;
    messages: Message;
    message_tags: { message_id: number; tag_id: number };
  }
}

/** Those that others refer to first. */
export const tables: Tables = {
  users(table, knex) {
    primaryId(knex, table);
    table.string('name', 50).notNullable().unique();
    table.string('email', 120).notNullable().unique();
  },

  tags(table, knex) {
    primaryId(knex, table);
    table.string('name', 50).notNullable().unique();
  },

  messages(table, knex) {
    primaryId(knex, table);
    table.integer('user_id').notNullable().references('users.id').onDelete('CASCADE');
    table.text('body').notNullable();
    utcDateTime(knex, table, 'created_at', { defaultNow: true });
  },

  message_tags(table) {
    table.integer('message_id').notNullable().references('messages.id').onDelete('CASCADE');
    table.integer('tag_id').notNullable().references('tags.id').onDelete('CASCADE');
    table.primary(['message_id', 'tag_id']);
  },
};
