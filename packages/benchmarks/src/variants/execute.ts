/** The same hand-written routes on db-core: `Session.execute` in the request's transaction. */
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { Data, MessageRow, UserRow, Written } from './hand-written';
import { handWrittenApp, messageBody, SQL, tagSql } from './hand-written';
import type { Running } from './variant';
import { poolOptions, targetOf } from './variant';

export async function startExecute(url: string, begin?: 'on-first-write'): Promise<Running> {
  const { engine: name } = targetOf(url);
  const engine = createEngine(url, {
    ...poolOptions(name),
    ...(begin && { begin }),
  });
  const Session = scopedSession(sessionmaker({ bind: engine }));
  const lock = { sqlite: '', postgres: ' FOR SHARE', mariadb: ' LOCK IN SHARE MODE' }[name];
  const count = async (sql: string): Promise<number> =>
    Number((await Session.execute(sql)).scalar());

  const data: Data = {
    findUser: async (id) =>
      (await Session.execute(SQL.findUser, [id])).first() as UserRow | undefined,
    listUsers: async (limit, offset) => ({
      items: (await Session.execute(SQL.listUsers, [limit, offset])).all() as unknown as UserRow[],
      total: await count(SQL.countUsers),
    }),
    listMessages: async (limit, offset) => ({
      items: (await Session.execute(SQL.listMessages, [limit, offset]))
        .all()
        .map((row) => messageBody(row as unknown as MessageRow)),
      total: await count(SQL.countMessages),
    }),
    async createUser(name, email) {
      const id = (await Session.execute(SQL.createUser, [name, email])).scalar<number>();
      await Session.commit();
      return id as number;
    },
    async createMessage(userId, body, tags) {
      if (name === 'sqlite') await Session.begin({ begin: 'eager' });
      const author = (await Session.execute(SQL.author + lock, [userId])).first();
      if (!author) return undefined;
      const message = (await Session.execute(SQL.createMessage, [userId, body])).one();
      const { insert, link } = tagSql(name, tags.length);
      await Session.execute(insert, tags);
      await Session.execute(link, [message['id'], ...tags]);
      await Session.commit();
      return { ...(message as unknown as Omit<Written, 'author'>), author } as unknown as Written;
    },
  };
  const app = handWrittenApp(data, (it) => initApp(it));
  return { app, isIdle: () => engine.status().inUse === 0, close: () => engine.dispose() };
}
