/** What a user has written is there in the same user's next request, on a replica and in another process. */
import type { Engine } from '@quartet/db-core';
import {
  ArgumentError,
  createEngine,
  currentScope,
  Positions,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { initApp, type CausalOptions, type RequestScopeOptions } from '@quartet/db-core/express';
import {
  describeServers,
  expectWarning,
  listen,
  startReplicated,
  type Replicated,
  type TestServer,
} from '@quartet/testing';
import express, { type Request } from 'express';

const SECRET = 'a secret that all processes know';
const PAIRS = 200;

for (const name of ['postgres', 'mariadb'] as const)
  describeServers(name, `causal reads over requests, on ${name}`, () => {
    let servers: Replicated;
    const engines: Engine[] = [];
    const running: TestServer[] = [];

    beforeAll(async () => {
      servers = await startReplicated(name);
      const engine = createEngine(servers.database.url);
      await engine.execute('create table things (id int primary key, n int)');
      await engine.execute('insert into things values (1, 0)');
      await engine.dispose();
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map((server) => server.close()));
      await Promise.all(engines.splice(0).map((engine) => engine.dispose()));
    });
    afterAll(() => servers.stop());

    /** Disposed after the test. */
    function newEngine(): Engine {
      const engine = createEngine({
        primary: servers.database.url,
        replicas: [servers.replicaUrl],
        causalWaitMs: 10_000,
      });
      engines.push(engine);
      return engine;
    }

    /** An app as another process would have it: an engine of its own. */
    async function app(
      options: RequestScopeOptions,
    ): Promise<{ url: string; places: string[]; refused(): number }> {
      const engine = newEngine();
      const Session = scopedSession(sessionmaker({ bind: engine }));
      const web = express();
      const scopes = initApp(web, options);
      const places: string[] = [];
      engine.on('query', ({ node, sql }) => {
        if (sql.startsWith('select'))
          places.push(node === new URL(servers.replicaUrl).host ? 'replica' : 'primary');
      });
      web.put('/things/:n', async (req, res) => {
        await Session.execute('update things set n = ?', [Number(req.params.n)]);
        if (options.commit !== 'on-success') await Session.commit();
        res.sendStatus(204);
      });
      web.get('/things', async (_req, res) => {
        res.json((await Session.execute('select n from things')).scalar());
      });
      web.post('/reads', async (_req, res) => {
        res.json((await Session.execute('select n from things')).scalar());
      });
      const server = await listen(web);
      running.push(server);
      return { url: server.url, places, refused: () => scopes.refusedPositions };
    }

    /** A client that keeps what `keep` says of an answer. */
    type Keep = (answer: Response) => Record<string, string>;
    const cookies: Keep = ({ headers }) => {
      const [set] = headers.getSetCookie();
      return set ? { cookie: set.split(';')[0] as string } : {};
    };
    const headers: Keep = ({ headers: all }) => {
      const position = all.get('quartet-position');
      return position ? { 'quartet-position': position } : {};
    };
    const saved = new Map<string, string>();
    const store: CausalOptions<Request> = {
      store: {
        load: async (req) => saved.get(req.get('user') ?? ''),
        save: async (req, positions) => void saved.set(req.get('user') ?? '', positions),
      },
    };
    const user: Keep = () => ({ user: 'ada' });

    const ways: readonly [string, RequestScopeOptions, Keep][] = [
      ['a cookie', { causal: { cookie: { secret: SECRET } } }, cookies],
      [
        'a cookie, committed before the answer',
        { causal: { cookie: { secret: SECRET } }, commit: 'on-success' },
        cookies,
      ],
      ['a header', { causal: { header: { secret: SECRET } } }, headers],
      ['a store', { causal: store }, user],
    ];
    test.each(ways)(
      'by %s: over two processes nothing that was read is stale',
      async (_, options, keep) => {
        const writer = await app(options);
        const reader = await app(options);
        const stale: number[] = [];
        for (let n = 1; n <= PAIRS; n++) {
          const answer = await fetch(`${writer.url}/things/${n}`, {
            method: 'PUT',
            headers: keep === user ? { user: 'ada' } : {},
          });
          const kept = keep(answer);
          expect(Object.keys(kept)).toHaveLength(1);
          const read = (await (
            await fetch(`${reader.url}/things`, { headers: kept })
          ).json()) as number;
          if (read !== n) stale.push(n);
        }
        expect(stale).toEqual([]);
        expect(reader.places).toEqual(Array.from({ length: PAIRS }, () => 'replica'));
      },
    );

    test('a request that may change something reads from the primary', async () => {
      const { url, places } = await app({});
      await fetch(`${url}/reads`, { method: 'POST' });
      await fetch(`${url}/things`);
      expect(places).toEqual(['primary', 'replica']);
    });

    test('a cookie that was changed, or that nobody here has signed, is left out and counted', async () => {
      const { url, refused } = await app({ causal: { cookie: { secret: SECRET, secure: false } } });
      const answer = await fetch(`${url}/things/5000`, { method: 'PUT' });
      const [set = ''] = answer.headers.getSetCookie();
      expect(set).toMatch(
        /^quartet-position=[\w-]+\.[\w-]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax$/,
      );
      const [, body = '', signed = ''] = /=([\w-]+)\.([\w-]+);/.exec(set) ?? [];
      const forged = Buffer.from('x=FFFFFFFF/FFFFFFFF').toString('base64url');
      const changed = [`${forged}.${signed}`, `${body}.${signed}x`, body, '', '.', `${body}.`];
      for (const value of changed) {
        const read = await fetch(`${url}/things`, {
          headers: { cookie: `quartet-position=${value}` },
        });
        expect(read.status).toBe(200);
      }
      expect(refused()).toBe(changed.length);
      await fetch(`${url}/things`, { headers: { cookie: `quartet-position=${body}.${signed}` } });
      expect(refused()).toBe(changed.length);
    });

    test('of several secrets the first signs, and each is accepted', async () => {
      const old = await app({ causal: { header: { secret: SECRET } } });
      const rotated = await app({
        causal: { header: { secret: ['the next secret of all', SECRET] } },
      });
      const before = headers(await fetch(`${old.url}/things/1`, { method: 'PUT' }));
      const after = headers(await fetch(`${rotated.url}/things/2`, { method: 'PUT' }));
      await fetch(`${rotated.url}/things`, { headers: before });
      expect(rotated.refused()).toBe(0);
      await fetch(`${old.url}/things`, { headers: after });
      expect(old.refused()).toBe(1);
    });

    test('an answer to a request that has written nothing carries nothing', async () => {
      const { url } = await app({ causal: { cookie: { secret: SECRET } } });
      expect((await fetch(`${url}/things`)).headers.getSetCookie()).toEqual([]);
    });

    test('a store that fails loses no request and no commit', async () => {
      const failing: CausalOptions<Request> = {
        store: {
          load: () => Promise.reject(new Error('the store is away')),
          save: () => Promise.reject(new Error('the store is away')),
        },
      };
      const { url } = await app({ causal: failing });
      expectWarning('could not be loaded');
      expectWarning('could not be saved');
      expect((await fetch(`${url}/things/77`, { method: 'PUT' })).status).toBe(204);
      expect(await (await fetch(`${url}/things`)).json()).toBe(77);
    });

    test('a job is given the positions of the request that began it', async () => {
      const engine = newEngine();
      const Session = scopedSession(sessionmaker({ bind: engine }));
      const before = await runInScope(async () => {
        await Session.execute('update things set n = 4711');
        await Session.commit();
        return String(currentScope()?.positions);
      });
      const read = await runInScope(() => Session.execute('select n from things'), {
        positions: new Positions({ before }),
      });
      expect(read.scalar()).toBe(4711);
    });
  });

test.each<[string, CausalOptions]>([
  ['a secret of 16 characters or more', { cookie: { secret: 'short' } }],
  ['a secret of 16 characters or more', { header: { secret: [] } }],
  [
    'one of cookie, header and store',
    { cookie: { secret: SECRET }, header: { secret: SECRET } } as never,
  ],
  ["'coookie': did you mean 'cookie'", { coookie: {} } as never],
  ['no name of a cookie', { cookie: { secret: SECRET, name: 'a b' } }],
])('causal is refused: %s', (told, causal) => {
  expect(() => initApp(express(), { causal })).toThrow(ArgumentError);
  expect(() => initApp(express(), { causal })).toThrow(told);
});

test('positions that are none are refused', () => {
  expect(() => new Positions({ before: 'x' })).toThrow(ArgumentError);
});
