import { primaryId, utcDateTime } from '@quartet/db-knex';
import type { Migration } from '../migration';
import { createTable } from '../migration';

export const messages: Migration = {
  name: '2026-11-21-02-messages',
  steps: (knex) => [
    createTable(knex, 'messages', (table) => {
      primaryId(knex, table);
      table.integer('user_id').notNullable().references('users.id').onDelete('CASCADE');
      table.text('body').notNullable();
      utcDateTime(knex, table, 'created_at', { defaultNow: true });
    }),
  ],
};
