/** What every binding must do. */
import type { Engine } from '@quartet/db-core';
import type { Bound, Named } from '@quartet/conformance/binding';
import { registerBinding } from '@quartet/conformance/binding';
import { bindKnex, createAll, dropAll } from '@quartet/db-knex';
import type { Knex } from 'knex';
import { mapTables, Message, tables, User } from './tables';

async function bind(engine: Engine): Promise<Bound> {
  const knex = bindKnex(engine);
  mapTables(knex);
  const above = (name: string) => (query: Knex.QueryBuilder) =>
    query.where('name', '>', name).orWhere('name', 'zz');
  return {
    User,
    Message,
    createAll: () => createAll(knex, tables),
    dropAll: () => dropAll(knex, tables),
    close: async () => undefined,
    user: (name, email) => new User(name, email),
    message: ({ id }, { body, createdAt }) =>
      Object.assign(new Message(id, body), createdAt && { createdAt }),
    above,
    wrong: {
      'a builder': knex('users').where('name', 'ana'),
      'a callback without a condition': (query: Knex.QueryBuilder) =>
        query.orderBy('name').limit(1),
      'a callback with an empty one': (query: Knex.QueryBuilder) => query.where({}),
      'a callback with a wrapped function': (query: Knex.QueryBuilder) =>
        query.where((u: unknown) => (u as Named).name === 'nobody'),
      'a callback without a value': (query: Knex.QueryBuilder) =>
        query.where('name', undefined as never),
      'an async callback': async (query: Knex.QueryBuilder) => query.where('name', 'ana'),
      'an empty piece of SQL': knex.raw(''),
      'what looks like raw': { isRawInstance: true },
      'a number for a text': { name: 0 },
      'an array for a text': { name: ['ana'] },
      'an object for a text': { name: { name: 1 } },
      'a column of another table': { 'messages.id': 1 },
    },
    right: [
      ['an object', { name: 'ana' }, ['ana']],
      ['the table’s name', { 'users.name': 'ana' }, ['ana']],
      ['null', { name: null }, []],
      ['a subquery', { id: knex('users').max('id') }, ['50%']],
      ['a callback', above('bob'), ['cleo', 'dan']],
      ['raw', knex.raw('upper(name) = ?', ['ANA']), ['ana']],
    ],
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
