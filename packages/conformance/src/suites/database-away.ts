/** The database goes away and comes back, or has no connection left: users get an answer in time, and nothing needs a restart. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { OwnServer } from '@quartet/testing';
import { expectWarning, ownServer, until } from '@quartet/testing';
import type { Answer, UserBody } from '../support/client';
import { expectProblem } from '../support/client';
import { deferred } from '../support/deferred';
import type { FixtureOptions } from '../support/fixture';
import { Fixture } from '../support/fixture';
import type { TestContext } from '../support/suite';
import { ON_SERVERS, suiteWithOwnFixtures } from '../support/suite';

const OPTIONS = { only: ON_SERVERS, timeoutMs: 180_000 };

export const databaseAway = suiteWithOwnFixtures('database away', (test, core) => {
  core(
    'a server restarted under load: requests in flight fail with 503, the next succeed, and every 201 is kept',
    async (context) => {
      expectWarning(/^(POST \/users|GET \/readyz) 503: /);
      const server = await ownServer(context.engine as 'postgres' | 'mariadb');
      const use = async (fixture: Fixture): Promise<void> => {
        const { api, probe, atRest } = fixture;
        const load = new Load(fixture);
        try {
          await load.answered(40);
          await server.down();
          const failed = load.failures;
          await load.failed(failed + 20);
          expectProblem(await api.get('/readyz'), 503);
          expect((await api.get('/healthz')).status).toBe(200);
          await server.up();
          await load.answered(load.successes + 40);
        } finally {
          await load.stop();
        }
        expect(new Set(load.refusals.map(({ status }) => status))).toEqual(new Set([503]));
        for (const refusal of load.refusals.slice(0, 5)) expectProblem(refusal, 503);
        expect((await api.get('/readyz')).status).toBe(200);
        await probe.reconnect();
        await atRest();
        const names = (await probe.rows('SELECT name FROM users')).map(({ name }) => String(name));
        expect(new Set(names).size).toBe(names.length);
        expect(load.created.filter((name) => !names.includes(name))).toEqual([]);
        expect(
          names.filter((name) => !load.created.includes(name) && !load.unknown.has(name)),
        ).toEqual([]);
      };
      try {
        await withFixture(context, { database: held(server) }, use);
      } finally {
        await server.stop();
      }
    },
    OPTIONS,
  );

  core(
    'connections that the server dropped while they lay idle are not noticed by any user',
    async (context) => {
      await withFixture(context, { engine: { prePing: true } }, async ({ api, engine, probe }) => {
        await Promise.all(Array.from({ length: 6 }, (_, i) => api.createUser(`before${i}`)));
        await probe.dropOthers();
        const answers = await Promise.all(
          Array.from({ length: 12 }, (_, i) =>
            i % 2 ? api.get('/users') : api.post('/users', { name: `after${i}`, email: `${i}@b` }),
          ),
        );
        expect(answers.filter(({ status }) => status >= 300).map(({ text }) => text)).toEqual([]);
        expect(await probe.count('users')).toBe(12);
        expect(engine.status().size).toBeLessThanOrEqual(engine.status().max);
      });
    },
    OPTIONS,
  );

  test('a pool that is exhausted answers 503 with Retry-After in the order of asking, and recovers', async (context) => {
    expectWarning(/^GET \/users 503: All 1 connections of the pool/);
    const options = { poolSize: 1, acquireTimeoutMs: 1_000 };
    await withFixture(context, { engine: options }, async (fixture) => {
      const { api, extra, server, engine, atRest } = fixture;
      const [held, over] = [deferred(), deferred()];
      const holder = extra.add(async (_req, res) => {
        const session = await extra.session();
        await session.execute("INSERT INTO users (name, email) VALUES ('holder', 'holder@b')");
        held.resolve();
        await over.promise;
        await session.commit();
        res.status(201).end();
      });
      const first = api.post(holder);
      await held.promise;
      const order: string[] = [];
      server.on('request', ({ url = '' }: IncomingMessage, res: ServerResponse) => {
        res.once('finish', () => order.push(url));
      });
      const paths = [1, 2, 3].map((n) => `/users?name=${n}`);
      const refused: Promise<Answer>[] = [];
      for (const path of paths) {
        refused.push(api.get(path));
        await until(() => engine.status().waiting >= refused.length);
      }
      for (const answer of await Promise.all(refused)) {
        expect(expectProblem(answer, 503).detail).toMatch(/busy/);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      expect(order).toEqual(paths);
      const patient = api.get('/users');
      await until(() => engine.status().waiting > 0);
      over.resolve();
      expect((await first).status).toBe(201);
      expect((await patient).json()).toMatchObject({ total: 1 });
      await atRest();
      // One after the other: ten at once would each have to be served within what the last may wait.
      for (let i = 0; i < 10; i++) expect((await api.get('/users')).status).toBe(200);
    });
  });
});

/** Eight clients that create users without a pause, and remember the answers. */
class Load {
  readonly created: string[] = [];
  readonly refusals: Answer[] = [];
  /** Users of requests that failed: there or not, but never twice. */
  readonly unknown = new Set<string>();
  readonly #clients: Promise<void>[];
  #stopped = false;

  constructor({ api }: Fixture) {
    this.#clients = Array.from({ length: 8 }, async (_, client) => {
      for (let i = 0; !this.#stopped; i++) {
        const name = `c${client}n${i}`;
        const answer = await api.post('/users', { name, email: `${name}@localhost` });
        if (answer.status === 201) this.created.push(answer.json<UserBody>().name);
        else {
          this.refusals.push(answer);
          this.unknown.add(name);
          await delay(5);
        }
      }
    });
  }

  get successes(): number {
    return this.created.length;
  }

  get failures(): number {
    return this.refusals.length;
  }

  async answered(count: number): Promise<void> {
    await until(() => this.successes >= count);
  }

  async failed(count: number): Promise<void> {
    await until(() => this.failures >= count);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
  }
}

/** The server's database goes with the server. */
function held({ database }: OwnServer): OwnServer['database'] {
  return { ...database, drop: async () => undefined };
}

async function withFixture(
  { subject, engine }: TestContext,
  options: FixtureOptions,
  run: (fixture: Fixture) => Promise<void>,
): Promise<void> {
  const fixture = await Fixture.open(subject, engine, options);
  try {
    await run(fixture);
  } finally {
    await fixture.close();
  }
}
