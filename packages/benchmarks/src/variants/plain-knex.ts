/**
 * Knex on its own pool, as its documentation shows; and with a transaction around each operation, which the
 * queries find through AsyncLocalStorage, as Knex's transactional adapters do.
 *
 * @see https://knexjs.org/guide/
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Knex } from 'knex';
import { knex as createKnex } from 'knex';
import type { Measured, Setup } from './plain';
import { inTransactions } from './plain';
import type { EngineName, Running, Target } from './variant';
import { POOL_SIZE, targetOf } from './variant';

export async function startKnex(url: string, { door, transaction }: Setup): Promise<Running> {
  const target = targetOf(url);
  const knex = createKnex(configFor(target));
  const current = new AsyncLocalStorage<Knex>();
  const queries = queriesOf(() => current.getStore() ?? knex, target.engine, transaction);
  const around = <T>(operation: () => Promise<T>): Promise<T> =>
    knex.transaction((trx) => current.run(trx, operation));
  return {
    app: door(transaction === 'request' ? inTransactions(queries, around) : queries, url, 'knex'),
    close: () => knex.destroy(),
  };
}

export function configFor({
  engine,
  file,
  host,
  port,
  user,
  password,
  database,
}: Target): Knex.Config {
  if (engine === 'sqlite') {
    return {
      client: 'better-sqlite3',
      useNullAsDefault: true,
      connection: { filename: file },
      pool: {
        afterCreate: (db: { pragma(text: string): void }, done: () => void) => {
          db.pragma('journal_mode = WAL');
          db.pragma('synchronous = NORMAL');
          db.pragma('foreign_keys = ON');
          done();
        },
      },
    };
  }
  const connection = { host, port, user, database, ...(password && { password }) };
  const pool = { max: POOL_SIZE };
  return engine === 'postgres'
    ? { client: 'pg', connection, pool }
    : { client: 'mysql2', connection: { ...connection, timezone: 'Z' }, pool };
}

interface MessageRow {
  readonly id: number;
  readonly body: string;
  readonly created_at: Date | string;
  readonly user_id: number;
  readonly name: string;
}

function queriesOf(
  db: () => Knex,
  engine: EngineName,
  transaction: Setup['transaction'],
): Measured {
  const managed = transaction === 'request';
  const total = async (table: string): Promise<number> =>
    Number((await db()(table).count({ total: '*' }))[0]?.['total']);
  return {
    async listUsers({ page, perPage }, filter) {
      const items = await db()('users')
        .where(filter)
        .orderBy('id')
        .limit(perPage)
        .offset((page - 1) * perPage);
      return { items, total: await total('users') };
    },

    async findUser(id) {
      return await db()('users').where({ id }).first();
    },

    async createUser(input) {
      const write = (trx: Knex) => insert(trx, engine, 'users', { ...input });
      const id = transaction === 'write' ? await db().transaction(write) : await write(db());
      return { id, ...input };
    },

    async listMessages({ page, perPage }) {
      const slice = db()('messages')
        .orderBy('id', 'desc')
        .limit(perPage)
        .offset((page - 1) * perPage);
      const rows = await db()
        .from(slice.as('m'))
        .join('users', 'users.id', 'm.user_id')
        .orderBy('m.id', 'desc')
        .select<MessageRow[]>('m.id', 'm.body', 'm.created_at', 'm.user_id', 'users.name');
      const items = rows.map(({ id, body, created_at, user_id, name }) => ({
        id,
        body,
        createdAt: new Date(created_at),
        author: { id: user_id, name },
      }));
      return { items, total: await total('messages') };
    },

    async createMessage(userId, { body, tags: names }) {
      const write = async (trx: Knex) => {
        const author = await trx('users').where({ id: userId }).forShare().first('id', 'name');
        if (!author) return undefined;
        const id = await insert(trx, engine, 'messages', { user_id: userId, body });
        const wanted = names.toSorted().map((name) => ({ name }));
        await trx('tags').insert(wanted).onConflict('name').ignore();
        const tags = await trx('tags').whereIn('name', names).forShare().select('id');
        await trx('message_tags').insert(tags.map((tag) => ({ message_id: id, tag_id: tag.id })));
        const written = await trx('messages').where({ id }).first('created_at');
        const createdAt = new Date(written?.created_at as unknown as string);
        return { id, body, createdAt, author, tags: names };
      };
      return managed ? await write(db()) : await db().transaction(write);
    },
  };
}

/** Knex has no `returning` on MariaDB; there an insert returns the new id. */
async function insert(
  knex: Knex,
  engine: EngineName,
  table: string,
  values: object,
): Promise<number> {
  if (engine === 'mariadb') return (await knex(table).insert(values))[0] as number;
  const [row] = (await knex(table).insert(values).returning('id')) as { id: number }[];
  return row?.id as number;
}
