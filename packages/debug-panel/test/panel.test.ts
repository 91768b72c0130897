import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import type { Engine } from '@quartet/db-core';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { RequestDetails, RequestSummary } from '@quartet/debug-panel';
import { debugPanel } from '@quartet/debug-panel';
import type { Plan } from '@quartet/debug-panel/drawing';
import { expectWarning, testEngines, until, withServer } from '@quartet/testing';
import express from 'express';
import type { Shop } from './support/shop';
import { startShop } from './support/shop';

const P = '/__quartet';

interface List {
  readonly engines: readonly { readonly name: string; readonly pool: { readonly inUse: number } }[];
  readonly requests: readonly RequestSummary[];
}

const json = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;
const list = (url: string) => json<List>(`${url}${P}/requests.json`);
/** Without those that depend on how busy the machine is. */
const kinds = ({ findings }: RequestSummary) =>
  findings.map(({ kind }) => kind).filter((kind) => kind !== 'waited');

/** The last request to this address, when it is over. */
async function last(url: string, address: string): Promise<RequestDetails> {
  let found: RequestSummary | undefined;
  await until(async () => {
    found = (await list(url)).requests.find((each) => each.url === address);
    return found?.isOver === true;
  });
  return await json<RequestDetails>(`${url}${P}/requests/${found?.id}.json`);
}

/** A request with headers that fetch would not send. */
async function raw(url: string, headers: Record<string, string>, method = 'GET') {
  const asked = request(url, { method, headers }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer;
}

describe.each(testEngines())('the shop on $name', ({ name }) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop(name, { badge: true });
  });
  afterEach(() => shop.release());
  afterAll(() => shop.close());

  const ask = async (address: string, method = 'GET'): Promise<RequestDetails> => {
    await (await fetch(shop.url + address, { method })).text();
    return await last(shop.url, address);
  };
  const explain = (id: number | undefined, headers = {}) =>
    fetch(`${shop.url}${P}/explain/${id}`, { method: 'POST', headers });

  test('a request is shown with its session, its statements with parameters, and the line of each', async () => {
    const order = await ask('/orders/1/book', 'POST');
    expect(order).toMatchObject({
      method: 'POST',
      status: 201,
      statements: 2,
      rows: expect.any(Number),
      connections: 0,
      omitted: 0,
    });
    expect(kinds(order)).toEqual([]);
    expect(order.roundTrips).toBeGreaterThanOrEqual(3);
    expect(order.events.map(({ kind }) => kind)).toEqual([
      'session-opened',
      'checkout',
      'begin',
      'query',
      'query',
      'commit',
      'checkin',
      'session-removed',
    ]);
    const [update, insert] = order.events.filter(({ kind }) => kind === 'query');
    expect(update).toMatchObject({
      session: 1,
      engine: '1',
      place: {
        file: expect.stringMatching(/docs\/examples\/src\/shop\.ts$/),
        line: expect.any(Number),
      },
    });
    expect(update?.params).toContain("'book'");
    expect(insert?.sql).toMatch(/insert into/i);
  });

  test('reads that differ in their values alone are N+1, the same again is a duplicate', async () => {
    const articles = await ask('/articles');
    expect(kinds(articles)).toEqual(['n-plus-one']);
    expect(articles.groups.map(({ events, ...rest }) => [events.length, rest])).toEqual([
      [1, { repeated: 'once', isNPlusOne: false }],
      [6, { repeated: 'alike', isNPlusOne: true }],
    ]);
    const twice = await ask('/twice');
    expect(kinds(twice)).toEqual(['duplicates']);
    expect(twice.groups[0]).toMatchObject({ repeated: 'identical', isNPlusOne: false });
  });

  test('a commit that was forgotten is told, and no request that kept its work has it', async () => {
    expectWarning('/forgotten answered 201');
    const forgotten = await ask('/forgotten', 'POST');
    expect(kinds(forgotten)).toContain('forgotten-commit');
    expect(forgotten.events.map(({ kind }) => kind)).toContain('rollback');
  });

  test('a connection that is held is seen while it is, on its request and on the pool', async () => {
    const answer = fetch(`${shop.url}/held`);
    const held = async () => (await list(shop.url)).requests.find(({ url }) => url === '/held');
    await until(async () => (await held())?.connections === 1);
    const now = await held();
    expect(now && kinds(now)).toContain('holds-connection');
    expect(now).toMatchObject({ status: null, isOver: false });
    expect((await list(shop.url)).engines[0]).toMatchObject({ pool: { inUse: 1 } });
    shop.release();
    await (await answer).text();
    const over = await last(shop.url, '/held');
    expect(over).toMatchObject({ connections: 0, isOver: true, status: 200 });
    expect(kinds(over)).not.toContain('holds-connection');
    expect(over.heldMs).toBeGreaterThan(0);
  });

  test('EXPLAIN by the number of a recorded read gives its plan, and nothing else has one', async () => {
    const articles = await ask('/articles');
    const read = articles.events.findLast(({ kind }) => kind === 'query');
    const answer = await explain(read?.id, { Accept: 'application/json' });
    expect(answer.status).toBe(200);
    const plan = (await answer.json()) as Plan;
    expect(plan.rows.flat().join(' ')).toMatch(/Articles/);
    expect(await (await explain(read?.id, { Accept: 'text/html' })).text()).toContain('<table>');

    expectWarning('/forgotten answered 201');
    const write = (await ask('/forgotten', 'POST')).events.find(({ kind }) => kind === 'query');
    expect((await explain(write?.id)).status).toBe(422);
    expect((await explain(999_999)).status).toBe(404);
    const text = encodeURIComponent('select 1');
    expect((await fetch(`${shop.url}${P}/explain/${text}`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${shop.url}${P}/explain/${read?.id}`)).status).toBe(405);
    expect(shop.engine.status().inUse).toBe(0);
  });

  test('a statement that fails, a client that leaves and a request without data are told as such', async () => {
    expect(kinds(await ask('/broken'))).toEqual(['failed']);
    expect(await ask('/hello')).toMatchObject({ statements: 0, events: [], findings: [] });
    const leaving = new AbortController();
    const left = fetch(`${shop.url}/held?left`, { signal: leaving.signal }).catch(() => 'left');
    await until(() => shop.engine.status().inUse === 1);
    leaving.abort();
    expect(await left).toBe('left');
    const isNoticed = async (): Promise<boolean> =>
      (await list(shop.url)).requests.some(
        ({ url, isAborted }) => url === '/held?left' && isAborted,
      );
    await until(isNoticed);
    shop.release();
    const record = await last(shop.url, '/held?left');
    expect(kinds(record)).toContain('aborted');
    expect(record.status).toBeNull();
  });

  test('overlapping requests have their own events each', async () => {
    const numbers = Array.from({ length: 8 }, (_, i) => `/articles?n=${i}`);
    await Promise.all(numbers.map(async (address) => (await fetch(shop.url + address)).text()));
    for (const address of numbers) {
      const record = await last(shop.url, address);
      expect(record.events.filter(({ kind }) => kind === 'query')).toHaveLength(7);
      expect(record.events.filter(({ kind }) => kind === 'session-opened')).toHaveLength(1);
    }
  });

  test('what a page of the app answers gets a badge, and nothing else does', async () => {
    const page = await (await fetch(`${shop.url}/html`)).text();
    const [, id] = /<a href="\/__quartet\/requests\/(\d+)"[^>]*>1 statement/.exec(page) ?? [];
    expect(page).toMatch(/<h1>Shop<\/h1><a .*<\/a><\/body>$/);
    expect((await last(shop.url, '/html')).id).toBe(Number(id));
    expect(await (await fetch(`${shop.url}/stream`)).text()).toBe('<body></body>');
    expect(await (await fetch(`${shop.url}/hello`)).text()).toBe('hello');
  });

  test('everything that a client has sent is escaped', async () => {
    expectWarning('/forgotten answered 201');
    const address = `/forgotten?<img/src=x>"'`;
    const asked = request(shop.url, { method: 'POST', path: address }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    const { id } = await last(shop.url, address);
    const page = await (await fetch(`${shop.url}${P}/requests/${id}`)).text();
    expect(page).not.toMatch(/<img\/|<b>/);
    expect(page).toContain('&#39;&lt;b&gt;&quot;book&quot;&lt;/b&gt;&#39;');
  });
});

describe('who gets an answer', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop('sqlite');
    await fetch(`${shop.url}/articles`);
  });
  afterAll(() => shop.close());
  const status = async (headers: Record<string, string>, path = '', method = 'GET') =>
    (await raw(shop.url + P + path, headers, method)).statusCode;

  test('a name that is not this machine’s is refused, as is what a proxy passes on', async () => {
    for (const host of ['evil.example', 'evil.example:80', '203.0.113.5', 'localhost.evil.example'])
      expect([host, await status({ Host: host })]).toEqual([host, 403]);
    for (const host of ['localhost', 'localhost:3000', '127.0.0.1', '[::1]:3000'])
      expect([host, await status({ Host: host })]).toEqual([host, 200]);
    for (const header of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP'])
      expect([header, await status({ [header]: '203.0.113.5' })]).toEqual([header, 403]);
  });

  test('a page of another origin is refused, for reading and for EXPLAIN, files and live events included', async () => {
    const foreign = { Origin: 'http://evil.example' };
    const otherPort = { Origin: 'http://localhost:1', 'Sec-Fetch-Site': 'same-site' };
    for (const headers of [foreign, otherPort, { 'Sec-Fetch-Site': 'cross-site' }]) {
      for (const path of ['', '/requests.json', '/live', '/assets/panel.js'])
        expect([path, await status(headers, path)]).toEqual([path, 403]);
      expect(await status(headers, '/explain/1', 'POST')).toBe(403);
      expect(await status(headers, '/clear', 'POST')).toBe(403);
    }
    const { host } = new URL(shop.url);
    expect(await status({ Origin: `http://${host}`, 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
    // A link may be followed, from wherever; what it leads to cannot be read there.
    expect(await status({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' })).toBe(
      200,
    );
    expect(
      await status(
        { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' },
        '/clear',
        'POST',
      ),
    ).toBe(403);
  });

  test('a socket of another machine is refused, whatever it says of itself', async () => {
    const [engine, app] = [createEngine('sqlite://'), express()];
    initApp(app);
    app.use((req, _res, next) => {
      Object.defineProperty(req.socket, 'remoteAddress', { value: '192.0.2.7' });
      next();
    });
    app.set('trust proxy', true);
    app.use(debugPanel(engine));
    await withServer(app, async (url) => {
      expect((await fetch(url + P)).status).toBe(403);
      expect((await fetch(`${url}${P}/assets/panel.js`)).status).toBe(403);
      expect((await raw(url + P, { Host: 'localhost' })).statusCode).toBe(403);
    });
    await engine.dispose();
  });

  test('the page may load nothing from elsewhere, and be in no frame', async () => {
    const { headers } = await raw(shop.url + P, {});
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    for (const path of [
      '/assets/..%2f..%2fpackage.json',
      '/assets/nothing.js',
      '/requests/77777.json',
      '/nothing',
    ])
      expect([path, await status({}, path)]).toEqual([path, 404]);
  });

  test('the panel’s own requests are not recorded, and Clear forgets the others', async () => {
    const before = (await list(shop.url)).requests;
    expect(before.map(({ url }) => url)).toEqual(['/articles']);
    expect(await status({}, '/clear', 'POST')).toBe(204);
    expect((await list(shop.url)).requests).toEqual([]);
  });
});

describe('in an app of one’s own', () => {
  let engine: Engine;
  let other: Engine;
  beforeEach(() => {
    [engine, other] = [createEngine('sqlite://'), createEngine('sqlite://')];
  });
  afterEach(async () => {
    process.env['NODE_ENV'] = 'test';
    await Promise.all([engine.dispose(), other.dispose()]);
  });

  test('in production there is no panel, and nothing is recorded', async () => {
    process.env['NODE_ENV'] = 'production';
    const app = express();
    const scopes = initApp(app);
    const record = jest.spyOn(scopes, 'record');
    app.use(debugPanel(engine, { badge: true }));
    app.get('/', (_req, res) => void res.send('<body></body>'));
    await withServer(app, async (url) => {
      expect((await fetch(url + P)).status).toBe(404);
      expect((await fetch(`${url}${P}/requests.json`)).status).toBe(404);
      expect(await (await fetch(url)).text()).toBe('<body></body>');
    });
    expect(record).not.toHaveBeenCalled();
  });

  test('several engines have a time line each, and one that was not given is not shown', async () => {
    const hidden = createEngine('sqlite://');
    const [One, Two, Three] = [engine, other, hidden].map((bind) =>
      scopedSession(sessionmaker({ bind })),
    );
    const app = express();
    initApp(app);
    app.use(debugPanel([engine, other]));
    app.get('/', async (_req, res) => {
      await One?.execute('select 1');
      await Two?.execute('select 2');
      await Three?.execute('select 3');
      res.send('ok');
    });
    await withServer(app, async (url) => {
      await fetch(`${url}/`);
      const record = await last(url, '/');
      const queries = record.events.filter(({ kind }) => kind === 'query');
      expect(queries.map(({ sql, engine: id, session }) => [sql, id, session])).toEqual([
        ['select 1', '1', 1],
        ['select 2', '2', 2],
      ]);
      const page = await (await fetch(`${url}${P}/requests/${record.id}`)).text();
      expect(page).toContain('Session 1 on 1 SQLite');
      expect(page).toContain('Session 2 on 2 SQLite');
    });
    await hidden.dispose();
  });

  test('requests, events and memory are bounded, and what used no session goes first', async () => {
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const app = express();
    initApp(app);
    const long = 'x'.repeat(5_000);
    app.use(
      debugPanel(engine, {
        requests: 3,
        eventsPerRequest: 6,
        parameterLength: 10,
        memoryBytes: 100_000,
      }),
    );
    app.get('/plain', (_req, res) => void res.send('ok'));
    app.get('/data/:n', async (req, res) => {
      for (let i = 0; i < Number(req.params.n); i++) await Session.execute('select ?', [long]);
      res.send('ok');
    });
    app.get('/large', async (_req, res) => {
      for (let i = 0; i < 2; i++) await Session.execute(`select '${'y'.repeat(9_000)}' as t${i}`);
      res.send('ok');
    });
    await withServer(app, async (url) => {
      const urls = async () => (await list(url)).requests.map((each) => each.url);
      for (const path of ['/data/1', '/plain', '/plain?2', '/data/40']) {
        await fetch(url + path);
        await last(url, path);
      }
      expect(await urls()).toEqual(['/data/40', '/plain?2', '/data/1']);
      const much = await last(url, '/data/40');
      expect(much.events).toHaveLength(6);
      expect(much.omitted).toBeGreaterThan(30);
      const query = much.events.find(({ kind }) => kind === 'query');
      expect(query?.params?.[0]?.length).toBeLessThan(20);
      const refused = await fetch(`${url}${P}/explain/${query?.id}`, { method: 'POST' });
      expect([refused.status, await refused.text()]).toEqual([
        422,
        expect.stringMatching(/too large/),
      ]);
      for (let i = 0; i < 3; i++) {
        await fetch(`${url}/large?${i}`);
        await last(url, `/large?${i}`);
      }
      expect((await urls()).length).toBeLessThan(3);
    });
  });

  test('without parameters shown, no value of a client is in what the panel tells', async () => {
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const app = express();
    initApp(app);
    app.use(debugPanel(engine, { showParameters: false }));
    app.get('/', async (_req, res) => {
      await Session.execute("select ? as a, 'secret' as b", ['secret']);
      res.send('ok');
    });
    await withServer(app, async (url) => {
      await fetch(`${url}/?token=secret`);
      const record = await last(url, '/');
      const page = await (await fetch(`${url}${P}/requests/${record.id}`)).text();
      expect(JSON.stringify(record) + page).not.toContain('secret');
      expect(record.events.find(({ kind }) => kind === 'query')).toMatchObject({
        sql: 'select ? as a, ? as b',
        params: ['hidden'],
      });
      const id = record.events.find(({ kind }) => kind === 'query')?.id;
      expect((await fetch(`${url}${P}/explain/${id}`, { method: 'POST' })).status).toBe(404);
    });
  });

  test('hidden values are told apart all the same: N+1 is no repetition', async () => {
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const app = express();
    initApp(app);
    app.use(debugPanel(engine, { showParameters: false }));
    app.get('/:how', async ({ params: { how } }, res) => {
      const long = 'x'.repeat(10_000);
      for (const n of [1, 2, 3, 4, 5, 6]) {
        if (how === 'n-plus-one') await Session.execute('select ? as a', [`secret ${n}`]);
        if (how === 'in-the-text') await Session.execute(`select ${n} as a`);
        if (how === 'duplicates') await Session.execute('select ? as a', ['secret']);
        if (how === 'cut') await Session.execute('select ? as a', [long + n]);
      }
      res.send('ok');
    });
    await withServer(app, async (url) => {
      for (const [how, finding] of [
        ['n-plus-one', 'n-plus-one'],
        ['in-the-text', 'n-plus-one'],
        ['duplicates', 'duplicates'],
        ['cut', 'n-plus-one'],
      ] as const) {
        await fetch(`${url}/${how}`);
        const record = await last(url, `/${how}`);
        expect([how, kinds(record)]).toEqual([how, [finding]]);
        expect(JSON.stringify(record)).not.toContain('secret');
      }
    });
  });

  test('unknown options, values that are none, and an app without initApp are refused', () => {
    expect(() => debugPanel(engine, { request: 3 } as object)).toThrow("did you mean 'requests'");
    expect(() => debugPanel(engine, { requests: 0 })).toThrow('requests must be a whole number');
    expect(() => debugPanel(engine, { path: 'panel' })).toThrow("path must be like '/__quartet'");
    expect(() => debugPanel([])).toThrow('debugPanel takes an engine');
    expect(() => express().use(debugPanel(engine))).toThrow('call initApp(app) first');
  });

  test('it can be below a path of its own', async () => {
    const app = express();
    initApp(app);
    app.use('/tools', debugPanel(engine, { path: '/db' }));
    app.get('/plain', (_req, res) => void res.send('ok'));
    await withServer(app, async (url) => {
      await fetch(`${url}/plain`);
      const page = await (await fetch(`${url}/tools/db`)).text();
      expect(page).toContain('href="/tools/db/requests/1"');
      expect(page).not.toContain('/tools/db/requests/2');
    });
  });
});

describe('live', () => {
  /** Reads events until `isEnough` of what came. */
  async function read(answer: Response, isEnough: (text: string) => boolean): Promise<string> {
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while (!isEnough(text)) {
      const { done, value } = await reader.read();
      if (done) break;
      text += new TextDecoder().decode(value);
    }
    reader.releaseLock();
    return text;
  }

  test('a page is told of changes, and so many follow as may', async () => {
    const shop = await startShop('sqlite', { liveClients: 2 });
    const leaving = new AbortController();
    const follow = () => fetch(`${shop.url}${P}/live`, { signal: leaving.signal });
    const [first, second] = [await follow(), await follow()];
    expect([first.status, second.status, (await follow()).status]).toEqual([200, 200, 503]);
    expect(await read(first, (text) => text.includes('event: change'))).toContain('retry: ');
    await fetch(`${shop.url}/hello`);
    expect(await read(first, (text) => text.includes('event: change'))).toContain('event: change');
    leaving.abort();
    await until(async () => {
      const again = await fetch(`${shop.url}${P}/live`);
      await again.body?.cancel();
      return again.status === 200;
    });
    await shop.close();
  });

  test('an orderly end does not wait for those who follow', async () => {
    const shop = await startShop('sqlite');
    const answer = await fetch(`${shop.url}${P}/live`);
    expect(answer.status).toBe(200);
    await shop.shutdown();
    expect(await answer.text()).toContain('retry: ');
    expect(shop.server.listening).toBe(false);
    await shop.close();
  });
});
