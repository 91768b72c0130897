/** The tables of the shop, which are the same before and after. */
import type { Knex } from 'knex';

export async function createTables(knex: Knex): Promise<void> {
  await knex.schema.createTable('articles', (table) => {
    table.string('name', 50).primary();
    table.integer('stock').notNullable();
  });
  await knex.schema.createTable('orders', (table) => {
    table.integer('number').primary();
    table.string('article', 50).notNullable();
  });
  await knex.schema.createTable('deliveries', (table) => {
    table.integer('number').primary();
    table.string('article', 50).notNullable();
    table.integer('pieces').notNullable();
  });
}
