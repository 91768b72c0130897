/** What every binding must do. */
import type { Engine } from '@quartet/db-core';
import type { Bound } from '@quartet/conformance/binding';
import { registerBinding } from '@quartet/conformance/binding';
import { bindKnex, createAll, dropAll } from '@quartet/db-knex';
import type { Knex } from 'knex';
import { mapTables, Message, tables, User } from './tables';

async function bind(engine: Engine): Promise<Bound> {
  const knex = bindKnex(engine);
  mapTables(knex);
  return {
    User,
    Message,
    createAll: () => createAll(knex, tables),
    dropAll: () => dropAll(knex, tables),
    close: async () => undefined,
    user: (name, email) => new User(name, email),
    message: ({ id }, { body, createdAt }) =>
      Object.assign(new Message(id, body), createdAt && { createdAt }),
    above: (name) => (query: Knex.QueryBuilder) =>
      query.where('name', '>', name).orWhere('name', 'zz'),
    insertUser: async (name, email) => knex('users').insert({ name, email }),
    renameUser: async (id, name) => knex('users').where({ id }).update({ name }),
    countMessages: async (at) =>
      Number((await knex('messages').where('created_at', '<=', at).count({ n: '*' }))[0]?.['n']),
    transaction: (work) =>
      knex.transaction((transaction) =>
        work(async (name) =>
          // Each in a transaction of its own inside.
          transaction.transaction((nested) => nested('users').insert({ name, email: `${name}@x` })),
        ),
      ),
  };
}

registerBinding({ bind, relations: false, reportsOwnCalls: false });
