/** The four apps' own models and sessions, and `Session.execute`. */
import type { Engine, ScopedSession } from '@quartet/db-core';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { Query } from '@quartet/db-core/orm';
import { columns } from '@quartet/db-core/orm';
import type { Queries, NewUser } from '@quartet/http-contract';
import type { Express } from 'express';
import type { MessageRow } from '../variants/hand-written';
import { messageBody, SQL } from '../variants/hand-written';
import { poolOptions, targetOf } from '../variants/variant';
import { EXPORT_PAGE, SLEEP } from './bare';
import type { ManyRows, Pages } from './contestant';
import { byKey, CHUNK, chunksOf, PER_PAGE } from './contestant';

// Loaded on demand: each process has one library.
const plainTypeorm = () => require('./plain-typeorm') as typeof import('./plain-typeorm');
const plainKnex = () => require('./plain-knex') as typeof import('./plain-knex');

export async function startExtension(url: string, app: Express): Promise<ManyRows> {
  const { initDb } = await import('@quartet/app-extension/database');
  const { User, Message } = await import('@quartet/app-extension/models');
  const { queries } = await import('@quartet/app-extension/queries');
  const { Session } = await import('@quartet/app-extension/session');
  const engine = engineFor(url);
  await initDb(engine, app);
  const importUsers = inChunks(Session, (chunk) => User.bulkCreate(chunk));
  return { importUsers, ...reading(engine, Session, queries, Message) };
}

export async function startDeclarative(url: string, app: Express): Promise<ManyRows> {
  const { initDb } = await import('@quartet/app-declarative/database');
  const { User, Message } = await import('@quartet/app-declarative/models');
  const { queries } = await import('@quartet/app-declarative/queries');
  const { Session } = await import('@quartet/app-declarative/session');
  const engine = engineFor(url);
  await initDb(engine);
  initApp(app);
  const importUsers = inChunks(Session, (chunk) => User.bulkCreate(chunk));
  return { importUsers, ...reading(engine, Session, queries, Message) };
}

export async function startClassical(url: string, app: Express): Promise<ManyRows> {
  const database = await import('@quartet/app-classical/database');
  const { User, Message } = await import('@quartet/app-classical/models');
  const { queries } = await import('@quartet/app-classical/queries');
  const { Session } = await import('@quartet/app-classical/session');
  const engine = engineFor(url);
  await database.initDb(engine);
  initApp(app);
  const users = database.dataSource.getRepository(User);
  const importUsers = inChunks(Session, (chunk) => users.insert(chunk));
  return { importUsers, ...reading(engine, Session, queries, Message) };
}

/** Its export by TypeORM's own stream, which holds the session's connection. */
export async function startClassicalStream(url: string, app: Express): Promise<ManyRows> {
  const own = await startClassical(url, app);
  const { dataSource } = await import('@quartet/app-classical/database');
  const { streamMessages } = plainTypeorm();
  return { ...own, exportMessages: () => streamMessages(dataSource.manager, 'Message') };
}

export async function startSqlBuilder(url: string, app: Express): Promise<ManyRows> {
  const database = await import('@quartet/app-sql-builder/database');
  const { queries } = await import('@quartet/app-sql-builder/queries');
  const { Session } = await import('@quartet/app-sql-builder/session');
  const { mapTable } = await import('@quartet/db-knex');
  const engine = engineFor(url);
  await database.initDb(engine);
  initApp(app);
  const { knex } = database;
  class Message {
    declare static readonly query: Query<Message>;
    id!: number;
    userId!: number;
    body!: string;
    createdAt!: Date;
  }
  mapTable(knex, Message, {
    table: 'messages',
    columns: { id: true, userId: 'user_id', body: true, createdAt: 'created_at' },
  });
  Object.defineProperty(Message, 'query', Session.queryProperty());
  return {
    async importUsers(rows) {
      await knex.batchInsert('users', rows, CHUNK);
      await Session.commit();
    },
    ...reading(engine, Session, queries, Message),
  };
}

/** Its export by Knex's own stream, which holds the session's connection. */
export async function startSqlBuilderStream(url: string, app: Express): Promise<ManyRows> {
  const own = await startSqlBuilder(url, app);
  const { knex } = await import('@quartet/app-sql-builder/database');
  const { streamMessages } = plainKnex();
  return { ...own, exportMessages: () => streamMessages(knex) };
}

export async function startExecute(url: string, app: Express): Promise<ManyRows> {
  const engine = engineFor(url);
  const Session: ScopedSession = scopedSession(sessionmaker({ bind: engine }));
  initApp(app);
  const insert = 'INSERT INTO users (name, email) VALUES (:name, :email)';
  return {
    importUsers: inChunks(Session, (chunk) => Session.execute(insert, chunk)),
    exportMessages: () =>
      byKey(async (last, limit) => {
        const rows = (await Session.execute(EXPORT_PAGE, [last, limit])).all();
        await Session.rollback(); // holds nothing while nobody reads
        return rows.map((row) => messageBody(row as unknown as MessageRow));
      }),
    findUser: async (id) => (await Session.execute(SQL.findUser, [id])).first(),
    release: () => Session.release(),
    sleep: (seconds) => Session.execute(SLEEP[targetOf(url).engine], [seconds]),
    close: () => engine.dispose(),
  };
}

function inChunks(
  session: Pick<ScopedSession, 'commit'>,
  insert: (chunk: NewUser[]) => Promise<unknown>,
): ManyRows['importUsers'] {
  return async (rows) => {
    for (const chunk of chunksOf(rows)) await insert(chunk);
    await session.commit();
  };
}

function engineFor(url: string): Engine {
  return createEngine(url, poolOptions(targetOf(url).engine));
}

class Listed {
  declare static readonly query: Query<Listed>;
  id!: number;
}

function reading(
  engine: Engine,
  session: Pick<ScopedSession, 'release'>,
  queries: Queries,
  Message: object,
): Omit<ManyRows, 'importUsers'> {
  return {
    findUser: (id) => queries.findUser(id),
    release: () => session.release(),
    exportMessages: () => queries.exportMessages(),
    pages: pagesOf(Message as typeof Listed),
    close: () => engine.dispose(),
  };
}

function pagesOf(Message: typeof Listed): Pages {
  const list = () => Message.query.orderBy('id');
  return {
    page: (way, { offset, cursor }) =>
      way === 'key'
        ? list().paginateByKey({ perPage: PER_PAGE, after: cursor })
        : list().paginate({
            page: offset / PER_PAGE + 1,
            perPage: PER_PAGE,
            count: way === 'count',
          }),
    async cursor(id) {
      const both = Message.query.filter(columns(Message).id.in([id, id + 1]));
      return (await both.orderBy('id').paginateByKey({ perPage: 1 })).next;
    },
  };
}
