/**
 * TypeORM on its own pool, as its documentation shows; and with typeorm-transactional, a transaction around
 * each operation.
 *
 * @see https://typeorm.io/docs/working-with-entity-manager/repository-api
 * @see https://github.com/Aliheym/typeorm-transactional
 */
import 'reflect-metadata';
import type { DataSourceOptions, FindOneOptions } from 'typeorm';
import { DataSource, EntitySchema, In } from 'typeorm';
import {
  addTransactionalDataSource,
  initializeTransactionalContext,
  runInTransaction,
  StorageDriver,
} from 'typeorm-transactional';
import type { Measured, Setup } from './plain';
import { inTransactions } from './plain';
import type { EngineName, Running, Target } from './variant';
import { POOL_SIZE, targetOf } from './variant';

interface User {
  id: number;
  name: string;
  email: string;
}

interface Tag {
  id: number;
  name: string;
}

interface Message {
  id: number;
  userId: number;
  body: string;
  createdAt: Date;
  author: User;
  tags: Tag[];
}

/** Its `save` is in a transaction always. */
export async function startTypeorm(url: string, { door }: Setup): Promise<Running> {
  const target = targetOf(url);
  const dataSource = new DataSource(dataSourceOptions(target));
  await dataSource.initialize();
  return {
    app: door(queriesOf(dataSource, target.engine, false), url, 'typeorm'),
    close: () => dataSource.destroy(),
  };
}

export async function startTypeormTransactional(url: string, { door }: Setup): Promise<Running> {
  const target = targetOf(url);
  initializeTransactionalContext({ storageDriver: StorageDriver.ASYNC_LOCAL_STORAGE });
  const dataSource = addTransactionalDataSource(
    new DataSource(dataSourceOptions(target)) as never,
  ) as unknown as DataSource;
  await dataSource.initialize();
  const queries = queriesOf(dataSource, target.engine, true);
  return {
    app: door(
      inTransactions(queries, (operation) => runInTransaction(operation)),
      url,
      'typeorm-transactional',
    ),
    close: () => dataSource.destroy(),
  };
}

export function dataSourceOptions(target: Target): DataSourceOptions {
  const entities = schemas(target.engine);
  const { host, port, user, password, database } = target;
  const server = { host, port, username: user, database, ...(password && { password }) };
  switch (target.engine) {
    case 'sqlite':
      return { type: 'better-sqlite3', database: target.file, enableWAL: true, entities };
    case 'postgres':
      return {
        type: 'postgres',
        ...server,
        poolSize: POOL_SIZE,
        installExtensions: false,
        entities,
      };
    case 'mariadb':
      return { type: 'mariadb', ...server, poolSize: POOL_SIZE, timezone: 'Z', entities };
  }
}

const NOW = {
  sqlite: `strftime('%Y-%m-%dT%H:%M:%fZ','now')`,
  postgres: 'now()',
  mariadb: '(utc_timestamp(3))',
};

function schemas(engine: EngineName): EntitySchema[] {
  const id = { type: Number, primary: true, generated: true } as const;
  return [
    new EntitySchema<User>({
      name: 'User',
      tableName: 'users',
      columns: {
        id,
        name: { type: String, length: 50, unique: true },
        email: { type: String, length: 120, unique: true },
      },
    }),
    new EntitySchema<Tag>({
      name: 'Tag',
      tableName: 'tags',
      columns: { id, name: { type: String, length: 50, unique: true } },
    }),
    new EntitySchema<Message>({
      name: 'Message',
      tableName: 'messages',
      columns: {
        id,
        userId: { type: Number, name: 'user_id' },
        body: { type: 'text' },
        createdAt: {
          name: 'created_at',
          type: engine === 'postgres' ? 'timestamptz' : 'datetime',
          ...(engine !== 'sqlite' && { precision: 3 }),
          default: () => NOW[engine],
        },
      },
      relations: {
        author: { type: 'many-to-one', target: 'User', joinColumn: { name: 'user_id' } },
        tags: {
          type: 'many-to-many',
          target: 'Tag',
          joinTable: {
            name: 'message_tags',
            joinColumn: { name: 'message_id' },
            inverseJoinColumn: { name: 'tag_id' },
          },
        },
      },
    }),
  ] as EntitySchema[];
}

function queriesOf(dataSource: DataSource, engine: EngineName, managed: boolean): Measured {
  const users = dataSource.getRepository<User>('User');
  const messages = dataSource.getRepository<Message>('Message');
  const lock: Pick<FindOneOptions, 'lock'> =
    engine === 'sqlite' ? {} : { lock: { mode: 'pessimistic_read' } };
  return {
    async listUsers({ page, perPage }, filter) {
      const [items, total] = await users.findAndCount({
        where: filter,
        order: { id: 'ASC' },
        take: perPage,
        skip: (page - 1) * perPage,
      });
      return { items, total };
    },

    async findUser(id) {
      return (await users.findOneBy({ id })) ?? undefined;
    },

    async createUser(input) {
      return await users.save({ ...input } as User);
    },

    // The fast form: findAndCount with relations, select and take costs ten times as much.
    async listMessages({ page, perPage }) {
      const items = await messages
        .createQueryBuilder('message')
        .leftJoin('message.author', 'author')
        .addSelect(['author.id', 'author.name'])
        .orderBy('message.id', 'DESC')
        .limit(perPage)
        .offset((page - 1) * perPage)
        .getMany();
      return { items, total: await messages.count() };
    },

    async createMessage(userId, { body, tags: names }) {
      const write = async (manager: DataSource['manager']) => {
        const author = await manager.findOne<User>('User', { where: { id: userId }, ...lock });
        if (!author) return undefined;
        const wanted = names.toSorted().map((name) => ({ name }));
        await manager.createQueryBuilder().insert().into('Tag').values(wanted).orIgnore().execute();
        const tags = await manager.find<Tag>('Tag', { where: { name: In(names) }, ...lock });
        const message = await manager
          .getRepository<Message>('Message')
          .save({ author, body, tags } as Message);
        return { ...message, author, tags: names };
      };
      return managed ? await write(dataSource.manager) : await dataSource.transaction(write);
    },
  };
}
