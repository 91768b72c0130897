import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as timer } from 'node:timers/promises';
import type { Engine, Scope, ScopedSession } from '@quartet/db-core';
import {
  createEngine,
  currentScope,
  OperationalError,
  retryable,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import Database from 'better-sqlite3';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, until } from '@quartet/testing';
import { deferred } from './support';

let database: FreshDatabase;
let engine: Engine;
let Session: ScopedSession;
const open = (options = {}) => createEngine(database.url, options);
const write = (name: string) => Session.execute('insert into items (name) values (?)', [name]);
const count = async () => (await engine.execute('select count(*) from items')).scalar();

beforeEach(async () => {
  database = await freshDatabase('sqlite');
  engine = open();
  Session = scopedSession(sessionmaker({ bind: engine }));
  await engine.execute('create table items (id integer primary key, name text unique)');
});
afterEach(async () => {
  await engine.dispose();
  await database.drop();
});

test('every handle is in WAL mode and enforces foreign keys', async () => {
  const connections = Array.from({ length: 4 }, () => engine.connect());
  for (const connection of connections) {
    expect((await connection.execute('pragma journal_mode')).scalar()).toBe('wal');
    expect((await connection.execute('pragma foreign_keys')).scalar()).toBe(1);
  }
  expect(engine.status()).toMatchObject({ size: 4, inUse: 4 });
  await Promise.all(connections.map((connection) => connection.close()));
});

test('writers that await in the middle of their transaction queue up: no error, no foreign row, the event loop is never held', async () => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let foreign = 0;
  await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      runInScope(async () => {
        if (i % 2 === 0) {
          const { rowCount } = await Session.execute("select name from items where name like 'x%'");
          foreign += rowCount; // an uncommitted row of somebody else
          return;
        }
        await write(`x${i}`);
        await timer(1); // a real timer: without one, interleaving bugs pass by luck
        foreign += (
          await Session.execute("select 1 from items where name like 'x%' and name <> ?", [`x${i}`])
        ).rowCount;
        if (i % 4 === 1) await Session.rollback();
        else {
          await Session.execute('update items set name = ? where name = ?', [`done${i}`, `x${i}`]);
          await Session.commit();
        }
      }),
    ),
  );
  delay.disable();
  expect(foreign).toBe(0);
  expect(await count()).toBe(50);
  expect(delay.max / 1e6).toBeLessThan(250); // a generous bound: a lock held in the driver would take seconds
  expect(engine.status()).toMatchObject({ inUse: 0, waiting: 0 });
});

test('a session that never waits lets the event loop turn', async () => {
  let turns = 0;
  let over = false;
  const turn = (): void => {
    turns++;
    if (!over) setImmediate(turn);
  };
  await runInScope(async () => {
    setImmediate(turn);
    const end = performance.now() + 200;
    while (performance.now() < end) await Session.execute('select 1');
    over = true;
  });
  expect(turns).toBeGreaterThan(3);
});

test('what one handle has changed in the schema, the pragmas of all handles see', async () => {
  const handles = await Promise.all([1, 2, 3, 4].map(async () => engine.connect()));
  for (const handle of handles) {
    await handle.begin();
    await handle.execute('pragma foreign_key_list(children)');
    await handle.rollback();
  }
  await handles[0]?.execute(
    'create table children (id integer primary key, item int references items (id))',
  );
  for (const handle of handles) {
    expect((await handle.execute('pragma foreign_key_list(children)')).all()).toHaveLength(1);
    await handle.close();
  }
});

test('a table that another handle has made anew, the first pragma of each handle sees', async () => {
  await engine.execute('create table children (id integer primary key, item int)');
  const handles = await Promise.all([1, 2, 3, 4].map(async () => engine.connect()));
  for (const handle of handles) await handle.execute('select * from children');
  await handles[0]?.execute('drop table children');
  await handles[0]?.execute(
    'create table children (id integer primary key, item int references items (id))',
  );
  for (const handle of handles) {
    expect((await handle.execute('pragma foreign_key_list(children)')).all()).toHaveLength(1);
    await handle.close();
  }
});

test('a pragma about the schema is prepared once for each version of it, and tells of changes that are undone', async () => {
  const prepared = jest.spyOn(Database.prototype, 'prepare');
  const pragmas = () =>
    prepared.mock.calls.filter(([text]) => text.startsWith('pragma table_info')).length;
  const connection = engine.connect();
  const columns = async () => {
    const rows = await connection.execute('pragma table_info(items)');
    return rows
      .all()
      .map(({ name }) => name)
      .join();
  };
  const change = (name: string) => connection.execute(`alter table items add column ${name} int`);
  expect(await columns()).toBe('id,name');
  expect(await columns()).toBe('id,name');
  expect(pragmas()).toBe(1);

  await connection.begin();
  await change('undone');
  expect(await columns()).toBe('id,name,undone');
  await connection.rollback();
  await change('kept'); // gives the schema the version that it had with the undone change
  expect(await columns()).toBe('id,name,kept');

  await connection.execute('create temp table items (other int)');
  expect(await columns()).toBe('other');
  await connection.close();
  prepared.mockRestore();
});

test('readers are not held up by a writer', async () => {
  await runInScope(async () => {
    await write('a');
    await runInScope(async () =>
      expect((await Session.execute('select count(*) from items')).scalar()).toBe(0),
    );
  });
});

test('a write that waits too long for another scope’s transaction fails as busy, with the likely cause', async () => {
  const impatient = open({ busyTimeoutMs: 20 });
  const Impatient = scopedSession(sessionmaker({ bind: impatient }));
  const insert = (name: string) => Impatient.execute('insert into items (name) values (?)', [name]);
  await runInScope(async () => {
    await insert('a');
    const failure = runInScope(() => insert('b'));
    await expect(failure).rejects.toThrow(OperationalError);
    await expect(failure).rejects.toMatchObject({ reason: 'busy', retryable: true });
    await expect(failure).rejects.toThrow('Commit before waiting for anything slow');
  });
  expect(impatient.status().inUse).toBe(0);
  await impatient.dispose();
});

test('a client that leaves while it waits for the writer lock gives its connection back at once', async () => {
  const waiting = async (scope: Promise<Scope>, failure: Promise<unknown>) => {
    const begun = performance.now();
    await (await scope).close({ cancel: true });
    expect(await failure).toMatchObject({ reason: 'cancelled' });
    expect(performance.now() - begun).toBeLessThan(2_500); // the lock would be waited for for five seconds
  };
  const attempt = (): [Promise<Scope>, Promise<unknown>] => {
    const entered = deferred<Scope>();
    const failure = runInScope(async () => {
      setImmediate(entered.resolve, currentScope() as Scope);
      await write('b');
    }).catch((error: unknown) => error);
    return [entered.promise, failure];
  };
  await runInScope(async () => {
    await write('a'); // another scope of this process
    await waiting(...attempt());
  });
  const child = fork(path.join(__dirname, 'hold-the-lock.cjs'), [
    database.url.slice('sqlite:///'.length),
  ]);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.once('message', resolve));
  await waiting(...attempt()); // another process
  expect(engine.status()).toMatchObject({ inUse: 0, waiting: 0 });
  child.send('release');
  await exited;
});

test('a BEGIN tells how long it waited: not at all for a free lock, however slow the machine is', async () => {
  const waits: number[] = [];
  const note = ({ durationMs }: { durationMs: number }) => waits.push(durationMs);
  engine.on('begin', note);
  let second: Promise<unknown> | undefined;
  await runInScope(async () => {
    await write('a');
    second = runInScope(() => write('b'));
    await timer(20);
  });
  await second;
  engine.off('begin', note);
  expect(waits).toHaveLength(2);
  expect(waits[0]).toBe(0);
  expect(waits[1]).toBeGreaterThan(15);
});

test('writers get the lock in the order of asking', async () => {
  const order: number[] = [];
  const first = deferred();
  const holder = runInScope(async () => {
    await write('holder');
    await first.promise;
    await Session.commit();
  });
  await timer(5);
  const asking = [1, 2, 3].map((n) =>
    runInScope(async () => {
      await write(`w${n}`);
      order.push(n);
      await timer(20); // long enough for the others to try their luck
      await Session.commit();
    }),
  );
  await timer(60); // those who only try again and again wait longer each time
  first.resolve();
  await Promise.all([holder, ...asking]);
  expect(order).toEqual([1, 2, 3]);
});

test('another process may hold the lock: we wait without holding the event loop, then go on', async () => {
  const child = fork(path.join(__dirname, 'hold-the-lock.cjs'), [
    database.url.slice('sqlite:///'.length),
  ]);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.once('message', resolve)); // it holds the lock
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 1);
  const writing = Promise.all([
    runInScope(async () => {
      await write('transaction');
      await Session.commit();
    }),
    engine.execute("insert into items (name) values ('autocommit')"),
  ]);
  await until(() => ticks > 5); // they wait, and the loop goes on
  expect(await count()).toBe(0); // reading goes on
  child.send('release');
  await writing;
  clearInterval(ticking);
  expect(await count()).toBe(3);
  await exited;
});

test('begin({ begin: eager }) on a busy database says so, begins nothing, and can be tried again', async () => {
  const other = open();
  const holder = other.connect();
  const impatient = open({ busyTimeoutMs: 20 });
  const connection = impatient.connect({ autobegin: true });
  await holder.begin({ begin: 'eager' });
  const failure = await connection.begin({ begin: 'eager' }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(OperationalError);
  expect(failure).toMatchObject({ reason: 'busy', retryable: true });
  expect(connection.inTransaction).toBe(false);
  expect(impatient.status().inUse).toBe(0);
  await holder.close();
  await connection.begin({ begin: 'eager' });
  await connection.execute("insert into items (name) values ('at last')");
  await connection.commit();
  expect(await count()).toBe(1);
  expect(impatient.status().inUse).toBe(0);
  await impatient.dispose();
  await other.dispose();
});

test('retryable() runs again when it was BEGIN that found the database busy', async () => {
  const other = open();
  const holder = other.connect();
  const impatient = open({ busyTimeoutMs: 20 });
  const Impatient = scopedSession(sessionmaker({ bind: impatient }));
  await holder.begin({ begin: 'eager' });
  const reasons: string[] = [];
  let released: Promise<void> | undefined;
  await runInScope(() =>
    retryable(Impatient, () => Impatient.execute("insert into items (name) values ('at last')"), {
      begin: 'eager',
      attempts: 20,
      minDelayMs: 0.1,
      onRetry: ({ reason }) => {
        reasons.push(reason);
        released ??= holder.rollback();
      },
    }),
  );
  await released;
  expect(new Set(reasons)).toEqual(new Set(['busy']));
  expect(await count()).toBe(1);
  await holder.close();
  await impatient.dispose();
  await other.dispose();
});

test('a snapshot: with on-first-statement a session sees the database as it was at its first read', async () => {
  Session.configure({ begin: 'on-first-statement' });
  await runInScope(async () => {
    expect((await Session.execute('select count(*) from items')).scalar()).toBe(0);
    await engine.execute("insert into items (name) values ('outside')");
    expect((await Session.execute('select count(*) from items')).scalar()).toBe(0);
    // Writing on an old snapshot cannot be allowed: it is refused, and the whole unit of work may be run again.
    await expect(write('a')).rejects.toMatchObject({ reason: 'busy' });
  });
});

describe('the lost update', () => {
  const increment = (begin: 'on-first-write' | 'eager') =>
    Promise.all(
      Array.from({ length: 10 }, () =>
        runInScope(async () => {
          const session = Session({ begin });
          const n = Number((await session.execute('select name from items where id = 1')).scalar());
          await timer(1);
          await session.execute('update items set name = ? where id = 1', [String(n + 1)]);
          await session.commit();
        }),
      ),
    );
  beforeEach(() => engine.execute("insert into items (id, name) values (1, '0')"));
  const value = async () =>
    Number((await engine.execute('select name from items where id = 1')).scalar());

  test('happens when a value read before the first write is written back', async () => {
    await increment('on-first-write');
    expect(await value()).toBeLessThan(10);
  });

  test('does not happen with begin: eager', async () => {
    await increment('eager');
    expect(await value()).toBe(10);
  });
});

describe('in memory', () => {
  test('all connections of an engine share one database, two engines do not', async () => {
    const [one, two] = [createEngine('sqlite://'), createEngine('sqlite:///:memory:')];
    await one.execute('create table t (a)');
    const connections = [one.connect(), one.connect()];
    for (const connection of connections)
      expect((await connection.execute('select * from t')).all()).toEqual([]);
    await expect(two.execute('select * from t')).rejects.toThrow('no such table');
    await Promise.all(connections.map((connection) => connection.close()));
    await one.dispose();
    await two.dispose();
  });

  test('many of them listen once to the end of the process', async () => {
    const before = process.listenerCount('exit');
    const engines = Array.from({ length: 12 }, () => createEngine('sqlite://'));
    expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 1);
    await Promise.all(engines.map((each) => each.dispose()));
    expect(process.listenerCount('exit')).toBe(before);
  });

  test('what a process left that was ended without a word goes with the next engine', async () => {
    const child = fork(path.join(__dirname, 'end-at-once.cjs'));
    const [folder] = (await once(child, 'message')) as [string];
    await once(child, 'exit');
    expect(fs.existsSync(folder)).toBe(true);
    await createEngine('sqlite://').dispose();
    expect(fs.existsSync(folder)).toBe(false);
  });

  test('its file is gone when the engine is disposed', async () => {
    const one = createEngine('sqlite://');
    const [file] = (await one.execute('pragma database_list'))
      .all()
      .map((row) => row['file'] as string);
    expect(fs.existsSync(file as string)).toBe(true);
    await one.dispose();
    expect(fs.existsSync(path.dirname(file as string))).toBe(false);
  });
});

test('a folder that does not exist is named', async () => {
  const nowhere = createEngine('sqlite:////nowhere/at/all/app.db');
  await expect(nowhere.execute('select 1')).rejects.toThrow(
    'the folder /nowhere/at/all does not exist',
  );
  await nowhere.dispose();
});

test('a file that is no database is refused, and no connection is kept', async () => {
  const file = `${database.url.slice('sqlite:///'.length)}.txt`;
  fs.writeFileSync(file, 'this is no database, but it is long enough to look at '.repeat(40));
  const wrong = createEngine(`sqlite:///${file}`);
  await expect(wrong.execute('select 1')).rejects.toThrow(/cannot be used: file is not a database/);
  expect(wrong.status()).toMatchObject({ size: 0, inUse: 0 });
  await wrong.dispose();
});
