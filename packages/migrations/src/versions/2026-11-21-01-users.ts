import { primaryId } from '@quartet/db-knex';
import type { Migration } from '../migration';
import { createTable } from '../migration';

export const users: Migration = {
  name: '2026-11-21-01-users',
  steps: (knex) => [
    createTable(knex, 'users', (table) => {
      primaryId(knex, table);
      table.string('name', 50).notNullable().unique();
      table.string('email', 120).notNullable().unique();
    }),
  ],
};
