import { primaryId } from '@quartet/db-knex';
import type { Migration } from '../migration';
import { createTable } from '../migration';

export const tags: Migration = {
  name: '2026-11-21-03-tags',
  steps: (knex) => [
    createTable(knex, 'tags', (table) => {
      primaryId(knex, table);
      table.string('name', 50).notNullable().unique();
    }),
    createTable(knex, 'message_tags', (table) => {
      table.integer('message_id').notNullable().references('messages.id').onDelete('CASCADE');
      table.integer('tag_id').notNullable().references('tags.id').onDelete('CASCADE');
      table.primary(['message_id', 'tag_id']);
    }),
  ],
};
