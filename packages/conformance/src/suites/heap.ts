/** What is left behind by each request shows when there are many of them. */
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Fixture } from '../support/fixture';
import { suiteWithOwnFixtures } from '../support/suite';

const REQUESTS = 10_000;
const WARM_UP = 2_000;
const AT_ONCE = 16;
const GROWTH_MB = 6;

export const heap = suiteWithOwnFixtures('ten thousand requests', (_test, core) => {
  core(
    'that read, write, fail, forget and are given up leave heap, pool and listeners as they were',
    async ({ subject, engine }) => {
      const fixture = await Fixture.open(subject, engine);
      try {
        await run(fixture);
      } finally {
        await fixture.close();
      }
    },
    600_000,
  );
});

async function run(fixture: Fixture): Promise<void> {
  const [id] = await fixture.probe.addUsers(1);
  const fails = fixture.extra.add(async () => {
    await fixture.extra.session();
    throw new Error('as always');
  });
  const leaves = fixture.extra.add(async (_req, res) => {
    await fixture.extra.session();
    res.write('half');
  });
  const port = (fixture.server.address() as AddressInfo).port;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  let serial = 0;
  const one = async (n: number): Promise<void> => {
    const ask = (path: string, options: Ask = {}): Promise<void> =>
      send({ port, agent, path, ...options });
    if (n % 50 === 1) return await ask(leaves, { leave: true });
    if (n % 10 === 2) return await ask(fails);
    if (n % 10 === 4) return await ask(`/create/n${++serial}/c${serial}`, { method: 'POST' });
    if (n % 10 === 6) return await ask('/create/n1/c1', { method: 'POST' });
    await ask(`/users/${id}`);
  };
  const many = async (count: number): Promise<void> => {
    let next = 0;
    const client = async (): Promise<void> => {
      while (next < count) await one(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    await fixture.atRest();
    fixture.extra.failures.length = 0;
  };
  await many(WARM_UP);
  const [heap, listeners] = [liveHeapMb(), fixture.listeners()];
  await many(REQUESTS);
  expect(liveHeapMb() - heap).toBeLessThan(GROWTH_MB);
  expect(fixture.listeners()).toEqual(listeners);
  expect(fixture.engine.status().size).toBeLessThanOrEqual(fixture.engine.status().max);
  agent.destroy();
}

interface Ask {
  readonly method?: string;
  /** Hang up at the first byte of the answer. */
  readonly leave?: boolean;
}

function send(options: Ask & { port: number; agent: Agent; path: string }): Promise<void> {
  const { leave, ...rest } = options;
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', ...rest }, (answer) => {
      if (leave) {
        asked.destroy();
        resolve();
      } else answer.resume().on('end', resolve).on('error', reject);
    });
    asked.on('error', (error) => (leave ? resolve() : reject(error))).end();
  });
}

/** What is really in use: measured after a collection. */
function liveHeapMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
