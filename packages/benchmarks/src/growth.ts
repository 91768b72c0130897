/**
 * `npm run bench:growth`: how latency and memory grow with rows, page depth, concurrency and pool size, and that
 * memory does not grow during export and import. One style on each engine; `--full` goes to a million rows. Plots go into the docs with `--docs`.
 */
import { parseArgs } from 'node:util';
import { Database } from './harness/database';
import { serverFor } from './harness/database-server';
import { load } from './harness/load';
import type { Route } from './harness/routes';
import { getRoute } from './harness/routes';
import { Server } from './harness/server';
import { writeImage, writeResults, writeSection } from './report/docs';
import type { Line } from './report/line-chart';
import { lineChart } from './report/line-chart';
import { machine } from './report/machine';
import { ENGINE_TITLES, table } from './report/tables';
import type { EngineName } from './variants/variant';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    engine: { type: 'string' },
    variant: { type: 'string', default: 'sql-builder' },
    docs: { type: 'boolean', default: false },
  },
});

const ROWS = values.full ? [1000, 10_000, 100_000, 1_000_000] : [1000, 10_000, 100_000];
const CONNECTIONS = [1, 4, 16, 64, 256];
const POOL_SIZES = [1, 2, 4, 8, 16, 32];
const MESSAGES_A_USER = [10, 100, 1000, 10_000];
const PER_PAGE = 20;
const SLICE_MS = values.full ? 3000 : 1000;
const IMPORT_ROWS = 1000;
const IMPORTS = values.full ? 100 : 5;
/** How many points of a curve the table shows; the plot shows all. */
const SHOWN = 6;

interface Curve {
  readonly engine: EngineName;
  /** [rows, p50 in ms] of the first and of the middle page. */
  readonly firstPage: [number, number][];
  readonly middlePage: [number, number][];
  /** [connections, requests per second], [connections, p99 in ms]. */
  readonly throughput: [number, number][];
  readonly p99: [number, number][];
  /** [connections of the pool, requests per second of 64 clients]. */
  readonly poolSize: [number, number][];
  /** [messages a user has, p50 in ms of a page of a hundred of them with their author]. */
  readonly messagesOfUser: [number, number][];
  /** [rows, the highest resident memory in megabytes while all messages are exported]. */
  readonly exportMemory: [number, number][];
  /** [users before the import, microseconds for each row]. */
  readonly importTime: [number, number][];
}

async function main(): Promise<void> {
  const engines = (['sqlite', 'postgres', 'mariadb'] as const).filter(
    (name) => values.engine?.split(',').includes(name) ?? true,
  );
  const curves: Curve[] = [];
  for (const engine of engines) {
    const server = await serverFor(engine);
    try {
      curves.push(await grow(engine));
    } finally {
      await server?.stop();
    }
  }
  console.log(writeResults('growth.json', { variant: values.variant, machine: machine(), curves }));
  console.log(summary(curves));
  if (values.docs) {
    plot(curves);
    writeSection('growth', summary(curves));
  }
}

async function grow(engine: EngineName): Promise<Curve> {
  const curve: Curve = {
    engine,
    firstPage: [],
    middlePage: [],
    throughput: [],
    p99: [],
    poolSize: [],
    messagesOfUser: [],
    exportMemory: [],
    importTime: [],
  };
  for (const rows of ROWS) {
    const database = await Database.create(engine, { messages: rows });
    const server = await Server.start(values.variant, database.url);
    try {
      const page = (n: number): Promise<{ p50: number }> =>
        ask(
          server,
          getRoute('page', () => `/messages?page=${n}`),
          1,
        );
      await page(1); // warm-up
      curve.firstPage.push([rows, (await page(1)).p50]);
      curve.middlePage.push([rows, (await page(Math.ceil(rows / PER_PAGE / 2))).p50]);
      curve.exportMemory.push([rows, await exported(server, rows)]);
      if (rows === ROWS[1]) await concurrency(server, curve);
      if (rows === ROWS[0]) await imports(server, curve);
      process.stderr.write(`${engine}: ${rows} rows\n`);
    } finally {
      await server.stop();
      await database.drop();
    }
  }
  await pools(engine, curve);
  await eagerLoads(engine, curve);
  return curve;
}

async function pools(engine: EngineName, curve: Curve): Promise<void> {
  const database = await Database.create(engine);
  const one = getRoute('user', (n) => `/users/${1 + (n % 1000)}`);
  for (const size of POOL_SIZES) {
    const server = await Server.start(values.variant, database.url, [], {
      BENCH_POOL_SIZE: String(size),
    });
    try {
      await ask(server, one, 64); // warm-up
      const { requests, seconds } = await ask(server, one, 64);
      curve.poolSize.push([size, requests / seconds]);
    } finally {
      await server.stop();
    }
  }
  await database.drop();
  process.stderr.write(`${engine}: pool sizes\n`);
}

async function eagerLoads(engine: EngineName, curve: Curve): Promise<void> {
  const messages = Math.max(...MESSAGES_A_USER);
  for (const each of MESSAGES_A_USER) {
    const database = await Database.create(engine, { users: messages / each, messages });
    const server = await Server.start(values.variant, database.url);
    try {
      const page = getRoute('messages', () => '/users/1/messages?per_page=100');
      await ask(server, page, 1); // warm-up
      curve.messagesOfUser.push([each, (await ask(server, page, 1)).p50]);
    } finally {
      await server.stop();
      await database.drop();
    }
  }
  process.stderr.write(`${engine}: messages of a user\n`);
}

async function concurrency(server: Server, curve: Curve): Promise<void> {
  const one = getRoute('user', (n) => `/users/${1 + (n % 1000)}`);
  await ask(server, one, 16);
  for (const connections of CONNECTIONS) {
    const { requests, seconds, p99 } = await ask(server, one, connections);
    curve.throughput.push([connections, requests / seconds]);
    curve.p99.push([connections, p99]);
  }
}

async function ask(server: Server, route: Route, connections: number) {
  const { port } = server;
  const result = await load({ port, route, connections, durationMs: SLICE_MS, first: 1 });
  if (result.errors > 0) throw new Error(`${route.name}: ${result.errors} errors`);
  return result;
}

/** Reads the whole export, and samples the memory of the server meanwhile. */
async function exported(server: Server, rows: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${server.port}/messages/export`);
  let lines = 0;
  let chunks = 0;
  let most = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    for (const byte of chunk) if (byte === 10) lines++;
    if (chunks++ % 100 === 0) most = Math.max(most, (await server.usage()).rss);
  }
  if (lines !== rows) throw new Error(`The export has ${lines} lines instead of ${rows}`);
  return most / 1024 / 1024;
}

async function imports(server: Server, curve: Curve): Promise<void> {
  for (let i = 0; i < IMPORTS; i++) {
    const rows = Array.from({ length: IMPORT_ROWS }, (_, n) => ({
      name: `Imported ${i}-${n}`,
      email: `i${i}-${n}@example.com`,
    }));
    const startedAt = performance.now();
    const response = await fetch(`http://127.0.0.1:${server.port}/users/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rows),
    });
    const { imported } = (await response.json()) as { imported: number };
    if (imported !== IMPORT_ROWS) throw new Error(`${imported} rows were imported`);
    const micros = ((performance.now() - startedAt) * 1000) / IMPORT_ROWS;
    curve.importTime.push([1000 + (i + 1) * IMPORT_ROWS, micros]);
  }
}

function plot(curves: readonly Curve[]): void {
  const lines = (key: Exclude<keyof Curve, 'engine'>, suffix = ''): Line[] =>
    curves.map((curve) => ({ label: ENGINE_TITLES[curve.engine] + suffix, points: curve[key] }));
  const charts = {
    'growth-rows.svg': lineChart({
      title: 'A page of messages',
      x: 'rows in the table',
      y: 'p50, ms',
      lines: [...lines('firstPage', ', first'), ...lines('middlePage', ', middle')],
    }),
    'growth-concurrency.svg': lineChart({
      title: 'GET /users/:id',
      x: 'connections',
      y: 'requests per second',
      lines: lines('throughput'),
    }),
    'growth-latency.svg': lineChart({
      title: 'GET /users/:id',
      x: 'connections',
      y: 'p99, ms',
      lines: lines('p99'),
    }),
    'growth-pool.svg': lineChart({
      title: 'GET /users/:id from 64 clients',
      x: 'connections of the pool',
      y: 'requests per second',
      lines: lines('poolSize'),
    }),
    'growth-eager.svg': lineChart({
      title: 'A hundred messages of a user, with their author',
      x: 'messages the user has',
      y: 'p50, ms',
      lines: lines('messagesOfUser'),
    }),
    'growth-export.svg': lineChart({
      title: 'Export of all messages',
      x: 'rows',
      y: 'memory of the server at most, MB',
      lines: lines('exportMemory'),
    }),
    'growth-import.svg': lineChart({
      title: `Import of ${IMPORT_ROWS} users at a time`,
      x: 'users there afterwards',
      y: 'µs a row',
      lines: lines('importTime'),
      logX: false,
    }),
  };
  for (const [name, chart] of Object.entries(charts)) writeImage(name, chart);
}

function summary(curves: readonly Curve[]): string {
  const cells = (points: readonly (readonly [number, number])[]): string =>
    points
      .filter((_, i) => i % Math.ceil(points.length / SHOWN) === 0 || i === points.length - 1)
      .map(([x, y]) => `${x}: ${y < 10 ? y.toFixed(1) : y.toFixed(0)}`)
      .join(' · ');
  const rows = curves.map((curve) => [
    ENGINE_TITLES[curve.engine],
    cells(curve.firstPage),
    cells(curve.middlePage),
    cells(curve.throughput),
    cells(curve.p99),
    cells(curve.poolSize),
    cells(curve.messagesOfUser),
    cells(curve.exportMemory),
    cells(curve.importTime),
  ]);
  const head = [
    values.variant,
    'first page, p50 ms by rows',
    'middle page, p50 ms by rows',
    'requests/s by connections',
    'p99 ms by connections',
    'requests/s by pool size',
    'p50 ms by messages of a user',
    'export, MB by rows',
    'import, µs a row by users',
  ];
  return table(head, rows);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
