/** The app as a process: an orderly end with requests in flight, and a sudden one in the middle of writes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase } from '@quartet/testing';
import { Probe } from '../probe/probe';
import { AppProcess } from '../support/app-process';
import type { TestContext } from '../support/suite';
import { suiteWithOwnFixtures } from '../support/suite';
import { Wire } from '../support/wire';

const HOLD = "INSERT INTO users (name, email) VALUES ('held', 'held@localhost')";
const ROWS_AN_IMPORT = 20;

export const processes = suiteWithOwnFixtures('the process', (test) => {
  test('SIGTERM: at the deadline what is left is answered 503 and undone, whatever it waits for, and the exit code is 0', async (context) => {
    await withApp(context, { DRAIN_TIMEOUT_MS: '700' }, async ({ app, probe, cleanup }) => {
      const { api, port } = app;
      await api.createUser('before');
      const release = await probe.hold(HOLD); // whoever wants that name has to wait
      cleanup.push(release);
      const waiting = [await Wire.open(port), await Wire.open(port)];
      const user = JSON.stringify({ name: 'held', email: 'held@localhost' });
      for (const wire of waiting) wire.send('POST', '/users', user);
      await waitingInDatabase(probe, context);
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
  }, 60_000);

  test('SIGKILL in the middle of writes leaves a database that opens and holds the committed rows, whole units alone', async (context) => {
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
  }, 60_000);
});

interface Stage {
  readonly app: AppProcess;
  readonly probe: Probe;
  /** Starts the app once more on the same database. */
  restart(): Promise<AppProcess>;
  /** Done at the end, whatever happens. */
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
    const app = await AppProcess.start(subject.server, database.url, env);
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
async function waitingInDatabase(probe: Probe, { engine }: TestContext): Promise<void> {
  const blocked = {
    postgres:
      "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    mariadb: `SELECT count(*) AS n FROM information_schema.innodb_trx t
      JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
      WHERE t.trx_state = 'LOCK WAIT' AND p.db = database()`,
    sqlite: undefined,
  }[engine];
  const deadline = Date.now() + 5_000;
  if (!blocked) return await delay(200);
  while (Number((await probe.rows(blocked))[0]?.['n']) < 2) {
    if (Date.now() > deadline) throw new Error('The two requests did not reach the database.');
    await delay(120); // InnoDB's table is made anew only for whoever has not looked for a tenth of a second
  }
}
