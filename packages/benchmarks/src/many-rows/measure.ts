/** Measures the contestants on one engine, round after round, each round beginning with another one. */
import * as path from 'node:path';
import { Database } from '../harness/database';
import { load } from '../harness/load';
import { getRoute } from '../harness/routes';
import { Server } from '../harness/server';
import type { EngineName } from '../variants/variant';
import type { Contestant, Task, Way } from './contestant';
import { PER_PAGE, WAYS } from './contestant';

const MAIN = path.join(__dirname, 'server-main.ts');

/** What is imported and exported once before anything is measured. */
const WARM_ROWS = 5000;
const WARM_PAGES_MS = 1000;

export interface Plan {
  readonly rows: number;
  readonly rounds: number;
  readonly sliceMs: number;
}

/** One import or export of all rows. */
export interface Pass {
  readonly seconds: number;
  /** The most resident memory of the process, in megabytes. */
  readonly peakMb: number;
  readonly cpuSeconds: number;
  /** The event loop's delay, in milliseconds. */
  readonly loopP99: number;
  readonly loopMax: number;
}

export const PLACES = ['first', 'middle', 'last'] as const;
export type Placed = (typeof PLACES)[number];

export interface Measured {
  readonly engine: EngineName;
  /** By contestant, in the order of the rounds. */
  readonly imports: Record<string, Pass[]>;
  readonly exports: Record<string, Pass[]>;
  /** By contestant, way and place: the median of each slice, in milliseconds. */
  readonly pages: Record<string, Record<Way, Record<Placed, number[]>>>;
}

export async function measureEngine(
  engine: EngineName,
  contestants: readonly Contestant[],
  plan: Plan,
): Promise<Measured> {
  const measured: Measured = { engine, imports: {}, exports: {}, pages: {} };
  const log = (what: string): boolean => process.stderr.write(`${engine}: ${what}\n`);
  const entering = (task: Task): Contestant[] =>
    contestants.filter(
      ({ tasks, except = [] }) => tasks.includes(task) && !except.includes(engine),
    );
  await inRounds(plan.rounds, entering('import'), async ({ id }) => {
    (measured.imports[id] ??= []).push(await imported(engine, id, plan.rows));
  });
  log('imports');

  const database = await Database.create(engine, { messages: plan.rows });
  const servers = new Map<string, Server>();
  try {
    for (const { id } of entering('export')) {
      const server = await start(id, database.url);
      servers.set(id, server);
      await exported(server, plan.rows);
    }
    await inRounds(plan.rounds, entering('export'), async ({ id }) => {
      (measured.exports[id] ??= []).push(await exported(serverOf(servers, id), plan.rows));
    });
    log('exports');

    const paging = entering('pages');
    for (const { id } of paging)
      for (const way of WAYS)
        await pages(serverOf(servers, id), way, 'middle', plan, WARM_PAGES_MS);
    for (const way of WAYS)
      for (const place of PLACES)
        await inRounds(plan.rounds, paging, async ({ id }) => {
          const of = (measured.pages[id] ??= emptyPages());
          of[way][place].push(await pages(serverOf(servers, id), way, place, plan, plan.sliceMs));
        });
    log('pages');
  } finally {
    for (const server of servers.values()) await server.stop();
    await database.drop();
  }
  return measured;
}

export function start(id: string, url: string, env: NodeJS.ProcessEnv = {}): Promise<Server> {
  return Server.start(id, url, ['--expose-gc'], env, MAIN);
}

export async function inRounds<T>(
  rounds: number,
  of: readonly T[],
  measure: (each: T) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < of.length; i++) await measure(of[(i + round) % of.length] as T);
}

function serverOf(servers: ReadonlyMap<string, Server>, id: string): Server {
  return servers.get(id) as Server;
}

/** In a process and a database of its own: what an import leaves is not the next one's. */
async function imported(engine: EngineName, id: string, rows: number): Promise<Pass> {
  const database = await Database.create(engine, { messages: 0 });
  const server = await start(id, database.url);
  try {
    await ask(server, `/prepare/0/${WARM_ROWS}`, 'POST');
    await ask(server, '/import', 'POST');
    await ask(server, `/prepare/${WARM_ROWS}/${rows}`, 'POST');
    const pass = await passOf(server, () => ask(server, '/import', 'POST'));
    const [row] = await database.engine.execute('SELECT count(*) FROM users');
    const expected = 1000 + WARM_ROWS + rows;
    if (Number(row?.[0]) !== expected) throw new Error(`${id}: ${row} users, not ${expected}`);
    return pass;
  } finally {
    await server.stop();
    await database.drop();
  }
}

async function exported(server: Server, rows: number): Promise<Pass> {
  return passOf(server, async () => {
    const response = await fetch(urlOf(server, '/export'));
    let lines = 0;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      for (const byte of chunk) if (byte === 10) lines++;
    if (lines !== rows) throw new Error(`${server.id}: ${lines} lines instead of ${rows}`);
  });
}

async function passOf(server: Server, work: () => Promise<unknown>): Promise<Pass> {
  const before = await server.collected();
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await server.usage();
  return {
    seconds,
    peakMb: after.peakRss / 1024 / 1024,
    cpuSeconds: (after.cpuMicros - before.cpuMicros) / 1e6,
    loopP99: after.loopDelayP99,
    loopMax: after.loopDelayMax,
  };
}

/** The median time of a page from one client, in milliseconds. */
async function pages(
  server: Server,
  way: Way,
  place: Placed,
  { rows }: Plan,
  durationMs: number,
): Promise<number> {
  const last = Math.floor((rows - 1) / PER_PAGE) * PER_PAGE;
  const offset = { first: 0, middle: Math.ceil(last / PER_PAGE / 2) * PER_PAGE, last }[place];
  const { cursor } =
    offset === 0 ? {} : ((await ask(server, `/cursor/${offset}`)) as { cursor?: string });
  const path = `/page/${encodeURIComponent(way)}/${offset}${cursor ? `/${cursor}` : ''}`;
  const items = (await ask(server, path)) as { id: number }[];
  if (items[0]?.id !== offset + 1) throw new Error(`${server.id}: ${path} begins elsewhere`);
  const { p50, errors } = await load({
    port: server.port,
    route: getRoute(path, () => path),
    connections: 1,
    durationMs,
    first: 1,
  });
  if (errors > 0) throw new Error(`${server.id}: ${errors} errors`);
  return p50;
}

function emptyPages(): Measured['pages'][string] {
  const places = (): Record<Placed, number[]> => ({ first: [], middle: [], last: [] });
  return { count: places(), 'no count': places(), key: places() };
}

function urlOf(server: Server, route: string): string {
  return `http://127.0.0.1:${server.port}${route}`;
}

async function ask(server: Server, route: string, method = 'GET'): Promise<unknown> {
  const response = await fetch(urlOf(server, route), { method });
  if (!response.ok) throw new Error(`${server.id}: ${route} is answered with ${response.status}`);
  return response.json();
}
