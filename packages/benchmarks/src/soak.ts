/**
 * `npm run bench:soak`: effects of many writers and of many requests. With sixty-four writers on SQLite, the event loop
 * must stay free and every writer must succeed. After hundreds of thousands of requests, memory must stay flat.
 */
import { parseArgs } from 'node:util';
import { Database } from './harness/database';
import { Loader } from './harness/loader';
import { Server } from './harness/server';
import { writeResults, writeSection } from './report/docs';
import { machine } from './report/machine';
import { table } from './report/tables';
import { STYLES } from './variants/styles';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '4' },
    docs: { type: 'boolean', default: false },
  },
});

const WRITERS = 64;
/** How often the memory is sampled. */
const LOOKS = 10;

interface Soaked {
  readonly style: string;
  readonly loopDelayP99: number;
  readonly errors: number;
  /** Resident megabytes after each tenth of the requests. */
  readonly rss: number[];
  /** Megabytes of the heap at the same moments, after a garbage collection. */
  readonly heap: number[];
}

async function main(): Promise<void> {
  const loader = new Loader();
  const soaked: Soaked[] = [];
  for (const style of STYLES) {
    const database = await Database.create('sqlite');
    const server = await Server.start(style, database.url, ['--expose-gc']);
    const ask = (route: string, amount: number, first: number, durationMs = 600_000) =>
      loader.run({
        port: server.port,
        route,
        connections: amount === Infinity ? WRITERS : 10,
        durationMs,
        first,
        amount: Number.isFinite(amount) ? amount : 1e9,
      });
    try {
      await ask('POST /users', 2000, 10_000); // warm-up
      await server.usage();
      const { errors } = await ask('POST /users', Infinity, 20_000, Number(values.seconds) * 1000);
      const { loopDelayP99 } = await server.usage();
      await database.reset();
      const rss: number[] = [];
      const heap: number[] = [];
      for (let look = 0; look < LOOKS; look++) {
        await ask('GET /users/:id', Number(values.requests) / LOOKS, 1);
        rss.push((await server.usage()).rss / 1024 / 1024);
        heap.push((await server.collected()).heapUsed / 1024 / 1024);
      }
      soaked.push({ style, loopDelayP99, errors, rss, heap });
      process.stderr.write(`${style}: done\n`);
    } finally {
      await server.stop();
      await database.drop();
    }
  }
  loader.stop();
  const rows = soaked.map(({ style, loopDelayP99, errors, rss, heap }) => [
    style,
    `${loopDelayP99.toFixed(1)} ms`,
    String(errors),
    rss.map((megabytes) => megabytes.toFixed(0)).join(' · '),
    heap.map((megabytes) => megabytes.toFixed(0)).join(' · '),
  ]);
  const head = [
    'SQLite',
    `event loop delay p99, ${WRITERS} writers`,
    'errors',
    `memory in MB after each tenth of ${values.requests} requests`,
    'heap in MB, collected',
  ];
  const text = table(head, rows);
  console.log(`${text}\n\n${writeResults('soak.json', { machine: machine(), soaked })}`);
  if (values.docs) writeSection('soak', text);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
