/** An export of all users. */
import type { Engine } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex, mapTable } from '@quartet/db-knex';

export const Session = scopedSession(sessionmaker());

export class User {
  declare static readonly query: Query<User>;
  id!: number;
  name!: string;
}
Object.defineProperty(User, 'query', Session.queryProperty());

export function open(engine: Engine): void {
  Session.configure({ bind: engine });
  mapTable(bindKnex(engine), User, { table: 'users', columns: { id: true, name: true } });
}

/** The names of all users by id, one after the other. */
export async function* exportNames(): AsyncGenerator<string> {
  for (const { name } of await User.query.orderBy('id').all()) yield name;
}
