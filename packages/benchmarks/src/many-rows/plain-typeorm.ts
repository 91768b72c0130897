/** TypeORM alone. Its export is its own stream, which gives raw rows; on SQLite, where it has none, pages by key. */
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { DataSource, MoreThan } from 'typeorm';
import type { MessageRow } from '../variants/hand-written';
import { messageBody } from '../variants/hand-written';
import { dataSourceOptions } from '../variants/plain-typeorm';
import { targetOf } from '../variants/variant';
import type { ManyRows } from './contestant';
import { byKey, chunksOf, PER_PAGE } from './contestant';

interface Message {
  readonly id: number;
  readonly author: { readonly id: number; readonly name: string };
}

export async function startTypeorm(url: string): Promise<ManyRows> {
  const target = targetOf(url);
  const dataSource = new DataSource(dataSourceOptions(target));
  await dataSource.initialize();
  const messages = dataSource.getRepository<Message>('Message');
  return {
    importUsers: (rows) =>
      dataSource.transaction(async (manager) => {
        for (const chunk of chunksOf(rows)) await manager.getRepository('User').insert(chunk);
      }),
    findUser: (id) => dataSource.getRepository<{ id: number }>('User').findOneBy({ id }),
    exportMessages: () =>
      target.engine === 'sqlite'
        ? byKey((last, limit) =>
            withAuthors(dataSource.manager, 'Message')
              .where('message.id > :last', { last })
              .limit(limit)
              .getMany(),
          )
        : streamMessages(dataSource.manager, 'Message'),
    pages: {
      async page(way, { offset, cursor }) {
        const order = { id: 'ASC' } as const;
        if (way === 'count') {
          const [items] = await messages.findAndCount({ order, take: PER_PAGE, skip: offset });
          return { items };
        }
        const more = { order, take: PER_PAGE + 1 };
        const where = { id: MoreThan(Number(cursor ?? 0)) };
        const found = way === 'key' ? { ...more, where } : { ...more, skip: offset };
        return { items: (await messages.find(found)).slice(0, PER_PAGE) };
      },
      cursor: async (id) => String(id),
    },
    close: () => dataSource.destroy(),
  };
}

/** TypeORM's stream, in the session where `manager` is one of ours. */
export async function* streamMessages(
  manager: EntityManager,
  target: string,
): AsyncGenerator<unknown> {
  for await (const row of await raw(withAuthors(manager, target)).stream())
    yield messageBody(row as unknown as MessageRow);
}

function withAuthors(manager: EntityManager, target: string): SelectQueryBuilder<Message> {
  return manager
    .getRepository<Message>(target)
    .createQueryBuilder('message')
    .leftJoin('message.author', 'author')
    .addSelect(['author.id', 'author.name'])
    .orderBy('message.id');
}

function raw(query: SelectQueryBuilder<Message>): SelectQueryBuilder<Message> {
  return query
    .select('message.id', 'id')
    .addSelect('message.body', 'body')
    .addSelect('message.createdAt', 'created_at')
    .addSelect('author.id', 'author_id')
    .addSelect('author.name', 'author_name');
}
