/** Users, messages and tags as Knex's schema builder makes them. */
import type { Tables } from '@quartet/db-knex';
import { primaryId, utcDateTime } from '@quartet/db-knex';

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
