/** Knex alone: `batchInsert`, which opens a transaction of its own, and its stream. */
import type { Knex } from 'knex';
import { knex as createKnex } from 'knex';
import type { MessageRow } from '../variants/hand-written';
import { messageBody } from '../variants/hand-written';
import { configFor } from '../variants/plain-knex';
import { targetOf } from '../variants/variant';
import type { ManyRows } from './contestant';
import { CHUNK, PER_PAGE } from './contestant';

export async function startKnex(url: string): Promise<ManyRows> {
  const knex = createKnex(configFor(targetOf(url)));
  return {
    importUsers: (rows) => knex.batchInsert('users', rows, CHUNK),
    findUser: async (id) => await knex('users').where({ id }).first(),
    exportMessages: () => streamMessages(knex),
    pages: {
      async page(way, { offset, cursor }) {
        const list = knex('messages').orderBy('id');
        if (way === 'count') {
          const items = await list.limit(PER_PAGE).offset(offset);
          await knex('messages').count({ total: '*' });
          return { items };
        }
        const more = list.limit(PER_PAGE + 1);
        const items = await (way === 'key'
          ? more.where('id', '>', Number(cursor ?? 0))
          : more.offset(offset));
        return { items: items.slice(0, PER_PAGE) };
      },
      cursor: async (id) => String(id),
    },
    close: () => knex.destroy(),
  };
}

/** Knex's stream, in the session where `knex` is one of ours. */
export async function* streamMessages(knex: Knex): AsyncGenerator<unknown> {
  const rows = knex('messages as m')
    .join('users as u', 'u.id', 'm.user_id')
    .orderBy('m.id')
    .select('m.id', 'm.body', 'm.created_at', 'u.id as author_id', 'u.name as author_name')
    .stream();
  for await (const row of rows) yield messageBody(row as MessageRow);
}
