/**
 * `npm run bench:micro`: the cost of a scope, a session and a statement through a facade, compared with the driver
 * alone, on each database. Calls run one after the other, so that times include the server's round trips.
 */
import type { Engine } from '@quartet/db-core';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import { bindKnex, compileQuery } from '@quartet/db-knex';
import { sqlite3Driver } from '@quartet/db-sequelize';
import BetterSqlite3 from 'better-sqlite3';
import { bench, do_not_optimize, group, run } from 'mitata';
import * as mysql from 'mysql2/promise';
import * as pg from 'pg';
import { parseArgs } from 'node:util';
import { Database } from './harness/database';
import { serverFor } from './harness/database-server';
import { writeResults, writeSection } from './report/docs';
import { machine } from './report/machine';
import { ENGINE_TITLES, table } from './report/tables';
import type { EngineName } from './variants/variant';

const { values } = parseArgs({
  options: { engine: { type: 'string' }, docs: { type: 'boolean', default: false } },
});

const SELECT = 'SELECT id, name, email FROM users WHERE id = ?';
const SELECT_NUMBERED = 'SELECT id, name, email FROM users WHERE id = $1';
type Call = () => unknown;

/** The driver's own statement comes first; the others are compared with it. */
interface Subjects {
  readonly [title: string]: Call;
}

const drivers: Record<EngineName, (engine: Engine, database: Database) => Promise<Subjects>> = {
  async sqlite(engine, database) {
    const bare = new BetterSqlite3(database.url.slice('sqlite:///'.length));
    bare.pragma('journal_mode = WAL');
    const statement = bare.prepare(SELECT);
    const { Database: Sqlite3 } = sqlite3Driver(engine);
    const sqlite3 = new Sqlite3(':memory:');
    const { client } = bindKnex(engine) as { client: KnexClient };
    return {
      'the driver, prepared by hand': () => statement.all(7),
      'sqlite3 facade': () =>
        new Promise((resolve) => sqlite3.all(SELECT, [7], (_error, rows) => resolve(rows))),
      'better-sqlite3 facade': async () => {
        const connection = await client.acquireConnection();
        const rows = await connection.prepare(SELECT).all([7]);
        await client.releaseConnection(connection);
        return rows;
      },
    };
  },

  async postgres(engine, database) {
    const client = new pg.Client(database.url);
    client.on('error', () => undefined); // its server stops before it
    await client.connect();
    const facade = new (pgDriver(engine).Client)();
    return {
      'the driver': () => client.query(SELECT_NUMBERED, [7]),
      'the driver, prepared by hand': () =>
        client.query({ name: 'find', text: SELECT_NUMBERED, values: [7] }),
      'pg facade': () => facade.query(SELECT_NUMBERED, [7]),
    };
  },

  async mariadb(engine, database) {
    const connection = await mysql.createConnection(database.url);
    const facade = mysql2Driver(engine).createPool({}).promise();
    const own = await facade.getConnection();
    return {
      'the driver': () => connection.query(SELECT, [7]),
      'mysql2 facade': () => own.query(SELECT, [7]),
    };
  },
};

/** What Knex calls itself. */
interface KnexClient {
  acquireConnection(): Promise<{
    prepare(sql: string): { all(values: readonly unknown[]): PromiseLike<unknown[]> };
  }>;
  releaseConnection(connection: object): Promise<void>;
}

interface Row {
  readonly engine: EngineName;
  readonly where: string;
  readonly what: string;
  readonly micros: number;
  /** Bytes on the heap for each call, where the garbage collector is exposed. */
  readonly bytes: number | undefined;
}

async function main(): Promise<void> {
  process.env['NODE_ENV'] ??= 'production'; // as the servers of the other benchmarks
  const engines = (['sqlite', 'postgres', 'mariadb'] as const).filter(
    (name) => values.engine?.split(',').includes(name) ?? true,
  );
  const rows: Row[] = [];
  for (const name of engines) {
    const server = await serverFor(name);
    const database = await Database.create(name);
    const engine = createEngine(database.url);
    try {
      rows.push(...(await measure(name, engine, database)));
    } finally {
      await engine.dispose();
      await server?.stop();
      if (name === 'sqlite') await database.drop();
    }
  }
  const report = rows.map(({ engine, where, what, micros, bytes }) => [
    ENGINE_TITLES[engine],
    where,
    what,
    micros.toFixed(2),
    bytes === undefined ? '' : (bytes / 1024).toFixed(1),
  ]);
  const text = table(['database', 'where', 'what', 'µs', 'kB allocated'], report);
  console.log(`\n${text}\n\n${writeResults('micro.json', { machine: machine(), rows })}`);
  if (values.docs) writeSection('micro', text);
  process.exit(0); // the bare drivers' connections are still open
}

async function measure(name: EngineName, engine: Engine, database: Database): Promise<Row[]> {
  const Session = scopedSession(sessionmaker({ bind: engine }));
  const subjects = await drivers[name](engine, database);
  const facades = Object.entries(subjects).filter(([title]) => title.includes('facade'));
  const rows: Row[] = [];
  await timed('outside a scope', {
    ...subjects,
    'engine.execute': () => engine.execute(SELECT, [7]),
  });
  await timed('by itself', {
    'an empty scope': () => runInScope(() => undefined),
    'a scope with a session that does nothing': () => runInScope(() => void Session()),
    'a scope with one statement': () => runInScope(() => Session.execute(SELECT, [7])),
  });
  const knex = bindKnex(engine);
  const byId = compileQuery((db, { id }: { id: number }) => db('users').where({ id }).first());
  await runInScope(() =>
    timed('in a session', {
      ...Object.fromEntries(facades),
      'Session.execute': () => Session.execute(SELECT, [7]),
      'Knex, by compileQuery': () => byId(knex, { id: 7 }),
      'Knex, built for each call': () => knex('users').where({ id: 7 }).first(),
    }),
  );
  return rows;

  async function timed(where: string, calls: Subjects): Promise<void> {
    group(`${name}, ${where}`, () => {
      for (const [title, call] of Object.entries(calls))
        bench(title, async () => do_not_optimize(await call())).gc('once');
    });
    const { benchmarks } = await run({ colors: false });
    for (const { alias, runs } of benchmarks.splice(0)) {
      const stats = runs[0]?.stats;
      if (!stats || rows.some((row) => row.where === where && row.what === alias)) continue;
      rows.push({
        engine: name,
        where,
        what: alias,
        micros: stats.p25 / 1000,
        bytes: stats.heap?.avg,
      });
    }
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
