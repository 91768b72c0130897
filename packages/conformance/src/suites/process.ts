/** The app as a process: an orderly end with requests in flight, and a sudden one in the middle of writes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, until } from '@quartet/testing';
import { Probe } from '../probe/probe';
import { AppProcess } from '../support/app-process';
import { expectProblem } from '../support/client';
import type { TestContext } from '../support/suite';
import { suiteWithOwnFixtures } from '../support/suite';
import { Wire } from '../support/wire';

const HOLD = "INSERT INTO users (name, email) VALUES ('held', 'held@localhost')";
const ROWS_AN_IMPORT = 20;

export const processes = suiteWithOwnFixtures('the process', (test, core) => {
  core(
    'SIGTERM with a request in flight: that one is answered, others are told to go elsewhere, and /readyz says so to whoever asks',
    async (context) => {
      await withApp(context, {}, async ({ app, probe, cleanup }) => {
        const { api, port } = app;
        const release = await probe.hold(HOLD); // a request for that name has to wait
        cleanup.push(release);
        const wire = await Wire.open(port);
        const sendBody = await wire.begin('POST', '/users', user('held'));
        sendBody();
        app.signal('SIGTERM');
        let ready = await api.get('/readyz');
        while (ready.status === 200) ready = await api.get('/readyz'); // the signal is on its way
        expect(expectProblem(ready, 503).detail).toMatch(/shutting down/);
        expect((await api.get('/healthz')).status).toBe(200);
        const refused = await api.sendRaw('POST', '/users', user('late'));
        expectProblem(refused, 503);
        expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
        for (const { headers } of [ready, refused]) {
          expect(headers.get('connection')).toBe('close');
          expect(headers.get('x-content-type-options')).toBe('nosniff');
        }
        await release();
        cleanup.pop();
        await wire.closed();
        expect(wire.received).toMatch(/HTTP\/1.1 201 [^]*Connection: close/i);
        expect(await app.ended()).toBe(0);
        await expect(api.get('/healthz')).rejects.toThrow('fetch failed');
        expect((await probe.snapshot()).users).toMatchObject([{ name: 'held' }]);
      });
    },
    120_000,
  );

  test('SIGTERM with nothing in flight: the process ends at once, although clients keep connections to it', async (context) => {
    await withApp(context, { DRAIN_TIMEOUT_MS: '60000' }, async ({ app }) => {
      const wires = [await Wire.open(app.port), await Wire.open(app.port)];
      for (const wire of wires) {
        wire.send('GET', '/users');
        await wire.until('200 OK');
      }
      app.signal('SIGTERM');
      expect(await app.ended()).toBe(0);
    });
  }, 120_000);

  core(
    'a second signal ends the process at once, whatever it waits for',
    async (context) => {
      await withApp(context, { DRAIN_TIMEOUT_MS: '60000' }, async ({ app, probe, cleanup }) => {
        cleanup.push(await probe.hold(HOLD));
        const wire = await Wire.open(app.port);
        (await wire.begin('POST', '/users', user('held')))();
        app.signal('SIGTERM');
        while ((await app.api.get('/readyz')).status === 200); // the signal is on its way
        await delay(600); // a sooner one is the echo of the first
        app.signal('SIGTERM');
        expect(await app.ended()).toBe(1);
      });
    },
    120_000,
  );

  core(
    'SIGTERM: at the deadline what is left is answered 503 and undone, whatever it waits for, and the exit code is 0',
    async (context) => {
      await withApp(context, { DRAIN_TIMEOUT_MS: '700' }, async ({ app, probe, cleanup }) => {
        const { api, port } = app;
        await api.createUser('before');
        const release = await probe.hold(HOLD); // a request for that name has to wait
        cleanup.push(release);
        const waiting = [await Wire.open(port), await Wire.open(port)];
        for (const wire of waiting) wire.send('POST', '/users', user('held'));
        await waitingInDatabase(probe);
        const asked = Date.now();
        app.signal('SIGTERM');
        for (const wire of waiting) {
          await wire.closed();
          expect(wire.received).toMatch(/^HTTP\/1.1 503 [^]*Retry-After: \d+[^]*problem\+json/i);
        }
        expect(await app.ended()).toBe(0);
        expect(Date.now() - asked).toBeLessThan(20_000);
        await release();
        cleanup.pop();
        expect(app.output).not.toMatch(/\n\s+at /);
        expect(await probe.openTransactions()).toBe(0);
        expect((await probe.snapshot()).users).toMatchObject([{ name: 'before' }]);
      });
    },
    120_000,
  );

  core(
    'SIGKILL in the middle of writes leaves a database that opens and holds the committed rows, whole units alone',
    async (context) => {
      await withApp(context, {}, async ({ app, probe, restart }) => {
        const imports = new Set<number>();
        const tried = new Set<number>();
        let next = 0;
        const client = async (): Promise<void> => {
          for (;;) {
            const batch = next++;
            tried.add(batch);
            const rows = Array.from({ length: ROWS_AN_IMPORT }, (_, i) => ({
              name: `b${batch}.${i}`,
              email: `b${batch}.${i}@localhost`,
            }));
            const answer = await app.api.post('/users/import', rows);
            if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.text}`);
            imports.add(batch);
          }
        };
        const clients = Array.from({ length: 4 }, () => client().catch((error: unknown) => error));
        while (imports.size < 8) await new Promise(setImmediate);
        app.signal('SIGKILL');
        expect(await app.ended()).toBe('SIGKILL');
        for (const error of await Promise.all(clients))
          expect(String(error)).toMatch(/fetch failed|terminated/);

        const again = await restart();
        expectPage(await again.api.get('/users'));
        await again.api.createUser('after');
        const batches = new Map<string, number>();
        for (const { name } of await probe.rows("SELECT name FROM users WHERE name LIKE 'b%.%'")) {
          const batch = String(name).split('.')[0] as string;
          batches.set(batch, (batches.get(batch) ?? 0) + 1);
        }
        for (const batch of imports) expect(batches.get(`b${batch}`)).toBe(ROWS_AN_IMPORT);
        expect(new Set(batches.values())).toEqual(new Set([ROWS_AN_IMPORT]));
        for (const batch of batches.keys()) expect(tried).toContain(Number(batch.slice(1)));
      });
    },
    120_000,
  );
});

const user = (name: string): string => JSON.stringify({ name, email: `${name}@localhost` });

interface Stage {
  readonly app: AppProcess;
  readonly probe: Probe;
  /** Starts the app once more on the same database. */
  restart(): Promise<AppProcess>;
  /** Done at the end in any case. */
  readonly cleanup: (() => Promise<void>)[];
}

async function withApp(
  { subject, engine }: TestContext,
  env: Record<string, string>,
  run: (stage: Stage) => Promise<void>,
): Promise<void> {
  const database: FreshDatabase = await freshDatabase(engine);
  const started: AppProcess[] = [];
  const cleanup: Stage['cleanup'] = [];
  const start = async (): Promise<AppProcess> => {
    const app = await AppProcess.start(subject.server, database.appUrl, env);
    started.push(app);
    return app;
  };
  let probe: Probe | undefined;
  try {
    const app = await start();
    probe = await Probe.open(engine, database.url);
    await run({ app, probe, restart: start, cleanup });
  } finally {
    for (const step of cleanup) await step();
    for (const app of started) await app.end();
    await probe?.close();
    await database.drop();
  }
}

function expectPage(answer: { status: number; text: string }): void {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
}

/** Resolves when both writers are in the database, waiting for the row that is held; on SQLite none can be seen. */
async function waitingInDatabase(probe: Probe): Promise<void> {
  if ((await probe.lockWaits()) === undefined) return await delay(200);
  await until(async () => (await probe.lockWaits()) === 2, {
    what: () => 'the two requests wait in the database',
  });
}
