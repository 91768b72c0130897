/**
 * `npm run bench:beside`: what others notice. A stranger's read beside 24 logins with a slow hash, on a pool of ten; the event loop
 * beside an export on SQLite; and the connections on the server while 600 requests are left in the middle of a statement.
 */
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Database } from './harness/database';
import { serverFor } from './harness/database-server';
import type { LoadResult } from './harness/load';
import { load } from './harness/load';
import { getRoute } from './harness/routes';
import type { Server } from './harness/server';
import { ratios, spread } from './harness/statistics';
import { contestantOf } from './many-rows/contestants';
import { inRounds, start } from './many-rows/measure';
import { writeResults, writeSection } from './report/docs';
import { machine } from './report/machine';
import { ENGINE_TITLES, table } from './report/tables';
import type { EngineName } from './variants/variant';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    slice: { type: 'string', default: '1500' },
    engine: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
});

const ROUNDS = Number(values.rounds);
const SLICE_MS = Number(values.slice);
const STYLES = ['execute', 'extension', 'declarative', 'classical', 'sql-builder'];
const ABORTED = ['execute', 'bare'];
const LOGINS = 24;
const POOL_SIZE = 10;
const ABORTS = 600;
const ABORTED_AT_ONCE = 60;
const SLEEP_SECONDS = 0.3;
const READERS = 4;

/** How a login waits: for a hash in the threads of the process, and for as long without any work. */
const WAITS = ['hash', 'timer'] as const;
type Wait = (typeof WAITS)[number];

interface Beside {
  readonly engine: EngineName;
  /** By wait and contestant: p99 of the stranger's read in each round, in milliseconds. */
  readonly logins: Record<Wait, Record<string, number[]>>;
  /** SQLite, by contestant: of the event loop and of a reader beside an export, in milliseconds. */
  readonly exports: Record<string, { loopP99: number; readP99: number }[]>;
  /** On servers: the most connections at once while requests were left. */
  readonly aborts: Record<string, { most: number; afterwards: number }>;
}

const USER = getRoute('user', (n) => `/users/${1 + (n % 1000)}`);

async function main(): Promise<void> {
  const run = { at: new Date().toISOString(), machine: machine() };
  const measured: Beside[] = [];
  for (const engine of ['sqlite', 'postgres', 'mariadb'] as const) {
    if (values.engine && !values.engine.split(',').includes(engine)) continue;
    const server = await serverFor(engine);
    try {
      measured.push(await measure(engine));
    } finally {
      await server?.stop();
    }
  }
  const text = summary(run, measured);
  console.log(`${text}\n\n${writeResults('beside.json', { ...run, measured })}`);
  if (values.docs) writeSection('beside', text);
}

async function measure(engine: EngineName): Promise<Beside> {
  const beside: Beside = { engine, logins: { hash: {}, timer: {} }, exports: {}, aborts: {} };
  const database = await Database.create(engine);
  const ids = [...STYLES, ...new Set(STYLES.flatMap((id) => contestantOf(id).rival ?? []))];
  const servers: Server[] = [];
  const env = { BENCH_POOL_SIZE: String(POOL_SIZE) };
  try {
    for (const id of engine === 'sqlite' ? [] : ABORTED) {
      const server = await start(id, database.url, env); // alone: all connections on the server are its own
      try {
        beside.aborts[id] = await abort(server, database);
      } finally {
        await server.stop();
      }
    }
    for (const id of ids) {
      const server = await start(id, database.url, env);
      servers.push(server);
      await ask(server, USER, 4, 1000); // warm-up
    }
    for (const wait of WAITS)
      await inRounds(ROUNDS, servers, async (server) => {
        (beside.logins[wait][server.id] ??= []).push(await besideLogins(server, wait));
      });
    if (engine === 'sqlite')
      await inRounds(ROUNDS + 1, servers, async (server) => {
        (beside.exports[server.id] ??= []).push(await besideExport(server));
      });
    process.stderr.write(`${engine}: done\n`);
    return beside;
  } finally {
    for (const server of servers) await server.stop();
    await database.drop();
  }
}

async function besideLogins(server: Server, wait: Wait): Promise<number> {
  const login = getRoute('login', (n) => `/login/${wait}/${1 + (n % 1000)}`);
  const [, stranger] = await Promise.all([
    ask(server, login, LOGINS, SLICE_MS),
    setTimeout(SLICE_MS / 10).then(() => ask(server, USER, 1, SLICE_MS * 0.8)),
  ]);
  return stranger.p99;
}

async function besideExport(server: Server): Promise<{ loopP99: number; readP99: number }> {
  await server.usage();
  let exporting = true;
  const exports = async (): Promise<void> => {
    while (exporting) await (await fetch(`http://127.0.0.1:${server.port}/export`)).arrayBuffer();
  };
  const exported = exports();
  const { p99 } = await ask(server, USER, READERS, SLICE_MS);
  const { loopDelayP99 } = await server.usage();
  exporting = false;
  await exported;
  return { loopP99: loopDelayP99, readP99: p99 };
}

/** Leaves requests in the middle of their statement, and counts the connections on the server meanwhile, those that cancel too. */
async function abort(
  server: Server,
  database: Database,
): Promise<{ most: number; afterwards: number }> {
  let most = 0;
  let watching = true;
  const watch = async (): Promise<void> => {
    while (watching) {
      most = Math.max(most, await connections(database));
      await setTimeout(1);
    }
  };
  const watched = watch();
  for (let left = 0; left < ABORTS; left += ABORTED_AT_ONCE) {
    await Promise.all(Array.from({ length: ABORTED_AT_ONCE }, () => leave(server)));
  }
  const { errors } = await ask(server, USER, READERS, SLICE_MS); // it still answers
  if (errors > 0) throw new Error(`${server.id}: ${errors} errors after the aborts`);
  watching = false;
  await watched;
  return { most, afterwards: await connections(database) };
}

const CONNECTIONS: Record<EngineName, string> = {
  sqlite: '',
  postgres: `SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  mariadb: `SELECT count(*) FROM information_schema.processlist WHERE id <> connection_id() AND command <> 'Daemon'`,
};

async function connections({ engine, engineName }: Database): Promise<number> {
  return Number((await engine.execute(CONNECTIONS[engineName])).scalar());
}

/** Asks, and is gone before the answer. */
function leave({ port }: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.write(`GET /sleep/${SLEEP_SECONDS} HTTP/1.1\r\nHost: localhost\r\n\r\n`, () => {
      void setTimeout(20 + Math.random() * 60).then(() => socket.destroy());
    });
  });
}

function ask(
  { port }: Server,
  route: ReturnType<typeof getRoute>,
  connectionCount: number,
  durationMs: number,
): Promise<LoadResult> {
  return load({ port, route, connections: connectionCount, durationMs, first: 1 });
}

function summary(
  {
    at,
    machine: { cores, cpu, node, loadPerCore },
  }: { at: string; machine: ReturnType<typeof machine> },
  measured: readonly Beside[],
): string {
  const conditions = `${at.slice(0, 16).replace('T', ' ')} UTC, ${ROUNDS} rounds of ${SLICE_MS} ms, ${cores} × ${cpu}, Node ${node}; load before the run ${loadPerCore.toFixed(1)} runnable processes a core`;
  return [
    `- ${conditions}`,
    `**A stranger's read beside ${LOGINS} logins, pool of ${POOL_SIZE}: its p99 over the library alone (its own p99 in ms)**`,
    table(
      ['', ...measured.flatMap(({ engine }) => [`${ENGINE_TITLES[engine]}, hash`, 'timer'])],
      STYLES.map((id) => [
        contestantOf(id).title,
        ...measured.flatMap(({ logins }) => WAITS.map((wait) => overRival(logins[wait], id))),
      ]),
    ),
    ...measured.filter(({ engine }) => engine === 'sqlite').map(exportTable),
    `**${ABORTS} requests left in the middle of a statement: connections on the server at most, and afterwards; the pool has ${POOL_SIZE}**`,
    table(
      [
        '',
        ...measured.flatMap(({ engine, aborts }) =>
          aborts['bare'] ? [ENGINE_TITLES[engine]] : [],
        ),
      ],
      ABORTED.map((id) => [
        contestantOf(id).title,
        ...measured.flatMap(({ aborts }) =>
          aborts[id] ? [`${aborts[id].most}, ${aborts[id].afterwards}`] : [],
        ),
      ]),
    ),
  ].join('\n\n');
}

function overRival(p99s: Record<string, number[]>, id: string): string {
  const own = p99s[id] ?? [];
  const { median, low, high } = ratios(own, p99s[contestantOf(id).rival ?? ''] ?? []);
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)}), ${spread(own).median.toFixed(1)}`;
}

function exportTable({ exports }: Beside): string {
  const of = (id: string, key: 'loopP99' | 'readP99'): string => {
    const { median, high } = spread((exports[id] ?? []).slice(1).map((each) => each[key])); // the first is warm-up
    return `${median.toFixed(1)} (–${high.toFixed(1)})`;
  };
  const rows = Object.keys(exports).map((id) => [
    contestantOf(id).title,
    of(id, 'loopP99'),
    of(id, 'readP99'),
  ]);
  const title = `**SQLite beside an export of 10,000 rows, again and again, with ${READERS} readers: p99 in ms (third quartile)**`;
  return `${title}\n\n${table(['', 'event loop delay', 'a read'], rows)}`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
