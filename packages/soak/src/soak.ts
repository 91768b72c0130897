/**
 * `npm run soak -- --seconds 60 [--engine sqlite,postgres]` (for `--cluster` see cluster.ts): on each engine four apps on one database under a
 * mixed load and a worker with overlapping nested transactions, with clients that leave or do not read, the server
 * restarted, frozen, silent and reset, the apps restarted, an app killed. At the end answers and rows must agree and
 * every place of every pool must be free. Prints its figures; exits with 1 when something is wrong.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { EngineName } from '@quartet/testing';
import { TEST_PASSWORD } from '@quartet/testing';
import { Books } from './books';
import type { Figures } from './client';
import { SoakClient } from './client';
import { soakCluster } from './cluster';
import { NestedWork } from './nested';
import { readSlowly, takeOnBallast } from './slow-readers';
import { SITES } from './sites';
import { Stage } from './stage';

const ENGINES: readonly EngineName[] = ['sqlite', 'postgres', 'mariadb'];
const CLIENTS = 12;
const MAX_REQUESTS = 300_000;
const SHOWN_PROBLEMS = 20;

async function main(): Promise<void> {
  const { seconds, engine, cluster, on } = parseArgs({
    options: {
      cluster: { type: 'boolean', default: false },
      on: { type: 'string', default: Object.keys(SITES).join(',') },
      seconds: { type: 'string', default: '60' },
      engine: { type: 'string', default: ENGINES.join(',') },
    },
  }).values;
  const engines = ENGINES.filter((name) => engine.split(',').includes(name));
  if (!/^\d{1,5}$/.test(seconds) || engines.length === 0)
    throw new Error(
      'usage: npm run soak -- --seconds 60 [--engine sqlite,postgres,mariadb], or --cluster [--on standby,galera,pooler]',
    );
  let wrong = 0;
  if (cluster) wrong += await soakCluster(on.split(','));
  else
    for (const name of engines)
      wrong += await soak(name, (Number(seconds) / engines.length) * 1000);
  process.exitCode = wrong === 0 ? 0 : 1;
}

/** @returns the number of problems */
async function soak(engine: EngineName, forMs: number): Promise<number> {
  const stage = await Stage.open(engine);
  const books = new Books();
  const figures: Figures = new Map();
  try {
    await stage.probe(takeOnBallast);
    const nested = new NestedWork(stage.databaseUrl, books);
    const began = Date.now();
    let requests = 0;
    let disturbed = false;
    const isOver = (): boolean =>
      disturbed && (Date.now() - began > forMs || requests > MAX_REQUESTS);
    const clients = Array.from({ length: CLIENTS }, async (_, i) => {
      const client = new SoakClient(`c${i}`, stage.apps.urls, books, figures);
      for (; !isOver(); requests++) await client.step();
    });
    const overlapping = async (): Promise<void> => {
      while (!isOver()) await nested.step();
    };
    const disturbance = disturb(stage, books, forMs).finally(() => void (disturbed = true));
    await Promise.all([...clients, overlapping(), disturbance]);
    const elapsed = Date.now() - began;
    books.problems.push(...(await stage.apps.placesAreHome()), ...(await nested.close()));
    const open = await openTransactions(stage);
    const balance = await stage.probe((probe) => books.balance(probe));
    const problems = [...balance.problems, ...(await stage.apps.stop())];
    if (open > 0) problems.push(`${open} transactions are open although nobody asks for anything`);
    if (stage.apps.output.includes(TEST_PASSWORD)) problems.push('the password was printed');
    if (/ 500: /.test(stage.apps.output))
      problems.push(`an app printed: ${stage.apps.output.slice(0, 2_000)}`);
    report(engine, { elapsed, requests, figures, nested, ...balance, problems });
    return problems.length;
  } finally {
    await stage.close();
  }
}

/** One after the other, spread over the time; those of the network and the server are nothing on SQLite. */
async function disturb(stage: Stage, books: Books, forMs: number): Promise<void> {
  const disturbances: readonly (() => unknown)[] = [
    () => stage.restartServer(),
    () => stage.apps.restart(1, 'SIGTERM'),
    () => stage.reset(),
    () => stage.apps.restart(2, 'SIGKILL'),
    () => stage.blackHole(),
    () => stage.freezeServer(),
    async () => {
      for (const url of stage.apps.urls()) books.problems.push(...(await readSlowly(url)));
    },
  ];
  for (const disturb of disturbances) {
    await delay(forMs / (2 * disturbances.length));
    await disturb();
  }
}

/** How many transactions are still open after those in progress had time to end. */
async function openTransactions(stage: Stage): Promise<number> {
  return await stage.probe(async (probe) => {
    let open = await probe.openTransactions();
    for (let i = 0; i < 50 && open > 0; i++) {
      await delay(120);
      open = await probe.openTransactions();
    }
    return open;
  });
}

interface Report {
  readonly elapsed: number;
  readonly requests: number;
  readonly figures: Figures;
  readonly nested: NestedWork;
  readonly kept: number;
  readonly unknown: number;
  readonly problems: readonly string[];
}

function report(engine: EngineName, of: Report): void {
  const { elapsed, requests, figures, nested, kept, unknown, problems } = of;
  const answers = [...figures].sort(([a], [b]) => a.localeCompare(b));
  console.log(
    `${engine.padEnd(8)}  ${requests} requests in ${(elapsed / 1000).toFixed(1)} s ` +
      `(${Math.round((requests / elapsed) * 1000)}/s): ${answers.map(([how, n]) => `${how} ${n}`).join(', ')}`,
  );
  console.log(
    `          overlapping nested work: ${nested.committed} sessions committed, ${nested.refused} refused`,
  );
  console.log(
    `          books: ${kept} rows answered and there once, ${unknown} without an answer, ${problems.length} wrong`,
  );
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) console.log(`          ! ${problem}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
