/** What the examples of the concept pages stand on: an engine in memory, one session, two mapped classes. */
import type { Query } from '@quartet/db-core/orm';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex, createAll, mapTable, primaryId } from '@quartet/db-knex';

// #region database
export const engine = createEngine('sqlite://');
export const Session = scopedSession(sessionmaker({ bind: engine }));
// #endregion
export const knex = bindKnex(engine);

export class User {
  declare static readonly query: Query<User>;
  id!: number;
  name: string;
  email: string;

  constructor(name: string, email = `${name}@localhost`) {
    this.name = name;
    this.email = email;
  }
}

export class Account {
  declare static readonly query: Query<Account>;
  id!: number;
  balance: number;

  constructor(balance: number) {
    this.balance = balance;
  }
}

const tables = {
  users(table) {
    primaryId(knex, table);
    table.string('name', 50).notNullable().unique();
    table.string('email', 120).notNullable().unique();
  },
  accounts(table) {
    primaryId(knex, table);
    table.integer('balance').notNullable();
  },
} satisfies Parameters<typeof createAll>[1];

mapTable(knex, User, { table: 'users', columns: { id: true, name: true, email: true } });
mapTable(knex, Account, { table: 'accounts', columns: { id: true, balance: true } });
for (const model of [User, Account]) Object.defineProperty(model, 'query', Session.queryProperty());

/** Empty tables for each test of a file; the engine is disposed at its end. */
export function useDatabase(): void {
  beforeAll(() => createAll(knex, tables));
  beforeEach(async () => {
    for (const name of Object.keys(tables)) await engine.execute(`delete from ${name}`);
  });
  afterAll(() => engine.dispose());
}

/** What is really in the table, as somebody outside every session sees it. */
export async function names(): Promise<string[]> {
  return (await engine.execute('select name from users order by id')).scalars<string>();
}
