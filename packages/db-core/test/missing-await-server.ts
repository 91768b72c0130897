/** A server whose routes forget to await, as a process of its own: what nobody handles would end it. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { currentConnection } from '@quartet/db-core/binding';
import { initApp } from '@quartet/db-core/express';
import { Item, mapItems } from './item';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));
mapItems(engine, Session);
const INSERT = "insert into items (name) values ('late')";

/** A function of another module, as the third article's `create_user`. */
async function createItem(over: Promise<unknown>): Promise<void> {
  await Session.execute(INSERT);
  await over;
  await Session.commit();
}

/** What each route forgets to wait for. @param over resolves when the request is over. */
const SLIPS: Record<string, (over: Promise<unknown>) => unknown> = {
  commit: () => {
    Session.add(new Item('by luck'));
    return Session.commit(); // done in time or not, as it happens
  },
  function: createItem,
  begin: (over) =>
    Session.begin(async () => {
      await over;
      await Session.execute(INSERT);
    }),
  query: async (over) => {
    const query = Session.query(Item);
    await over;
    return query.first();
  },
  registry: async (over) => {
    await over;
    return Session.execute(INSERT);
  },
  library: async (over) => {
    await over;
    await currentConnection(engine)?.execute(INSERT);
  },
  wrapped: async (over) => {
    try {
      await createItem(over);
    } catch (error) {
      await Session.rollback().catch(() => undefined);
      throw new Error('The item could not be created', { cause: error });
    }
  },
  twice: (over) => Promise.all([createItem(over), createItem(over)]),
  several: (over) => {
    for (let i = 0; i < 3; i++) void createItem(over);
  },
  job: () => {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    return runInScope(() => {
      void (async () => {
        await Session.execute(INSERT);
        await ended;
        await Session.commit();
      })();
    }).then(end);
  },
  theirs: () => Promise.reject(new Error('an error of the app')),
};

const app = express();
initApp(app);
app.get('/slip/:name', (req, res) => {
  void SLIPS[req.params.name]?.(once(res, 'close'));
  res.send('Created');
});
app.get('/stored', async (_req, res) => {
  const rows = await engine.execute("select count(*) from items where name = 'late'");
  res.json({ late: rows.scalar(), inUse: engine.status().inUse });
});

async function main(): Promise<void> {
  await engine.execute('create table items (id integer primary key, name text, n integer)');
  if (process.argv[2] === 'listens')
    process.on('unhandledRejection', (e) => console.log(`app: ${String(e)}`));
  if (process.argv[2] === 'catches')
    process.on('uncaughtException', (e, origin) => console.log(`caught ${origin}: ${e.message}`));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

void main();
