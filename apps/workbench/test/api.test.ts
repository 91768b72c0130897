/** The API of the page: every scenario on every engine, and what the API must never do. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import { testEngines } from '@quartet/testing';
import type {
  Bench,
  CodeLine,
  DocPage,
  Exercise,
  ExerciseInfo,
  Message,
  Plan,
  Sources,
} from '../src/protocol';
import { STYLE_IDS } from '../src/protocol';
import { EXPECTED } from './support/expected';
import type { Workbench } from './support/workbench';
import { messagesOf, post, resultsOf, run, startRun, startWorkbench } from './support/workbench';

const ROOT = path.join(__dirname, '../../..');

describe.each(testEngines())('on $name', ({ name, dialect }) => {
  let workbench: Workbench;
  let url: string;
  /** Reads the database without the workbench. */
  let probe: Engine;

  beforeAll(async () => {
    workbench = await startWorkbench(name);
    ({ url } = workbench);
    probe = createEngine(workbench.databaseUrl);
  }, 90_000);
  afterAll(async () => {
    await probe.dispose();
    await workbench.stop();
  });

  const get = async <T>(at: string): Promise<T> => (await (await fetch(url + at)).json()) as T;
  const leftOvers = async (): Promise<number> => {
    const users = await probe.execute("select count(*) from users where name like 'wb-%'");
    const tags = await probe.execute("select count(*) from tags where name like 'wb-%'");
    return Number(users.scalar()) + Number(tags.scalar());
  };

  test('the page gets every scenario, with its texts, its inputs and the page that explains it', async () => {
    const { scenarios, engine, styles } = await get<Bench>('/api/bench');
    expect(scenarios.map(({ id }) => id).sort()).toEqual(Object.keys(EXPECTED).sort());
    expect(engine).toMatchObject({ name: dialect, version: expect.stringMatching(/^\d/) });
    expect(styles.map(({ id }) => id)).toEqual(STYLE_IDS);
    for (const { title, look, inputs, concept } of scenarios) {
      expect([title, look, concept]).toEqual(Array(3).fill(expect.stringMatching(/./)));
      expect(inputs.length).toBeGreaterThan(0);
    }
  });

  test.each(Object.entries(EXPECTED))(
    '%s: the four styles end alike, recorded, and leave nothing behind',
    async (scenario, outcome) => {
      const messages = await run(url, scenario);
      expect(messages.at(-1)).toEqual({ type: 'end', state: 'done' });
      const results = resultsOf(messages);
      expect(results.map(({ style }) => style)).toEqual(STYLE_IDS);
      expect(messages.filter(({ type }) => type === 'conclusion')).toEqual([
        { type: 'conclusion', text: expect.stringMatching(/^[A-Z][^.]+[^ ]\.$/) },
      ]);
      const tone = scenario === 'lost-update' ? 'bad' : 'good';
      for (const result of results) {
        expect(result.outcome).toEqual({ tone, text: expect.stringMatching(outcome) });
        expect(result.metrics.statements).toBeGreaterThan(0);
        expect(result.metrics.rows).toBeGreaterThan(0);
        expect(result.metrics.roundTrips).toBeGreaterThanOrEqual(result.metrics.statements);
        expect(result.metrics.heldMs).toBeGreaterThan(0);
      }
      if (scenario !== 'without-teardown') expect(unclosed(messages)).toEqual([]);
      expect(await leftOvers()).toBe(0);
    },
    60_000,
  );

  test('a lost update is cured by beginning before reading', async () => {
    for (const { outcome } of resultsOf(await run(url, 'lost-update', { cure: 'eager' }))) {
      expect(outcome).toEqual({
        tone: 'good',
        text: expect.stringMatching(/^Both lines are there/),
      });
    }
  });

  test('four styles in one transaction are rolled back together', async () => {
    for (const { outcome } of resultsOf(await run(url, 'together', { then: 'fail' }))) {
      expect(outcome.text).toBe('It answered 500; of the four rows none is left.');
    }
    expect(await leftOvers()).toBe(0);
  });

  test('in one transaction of all four, each statement belongs to the style that sent it', async () => {
    const messages = await run(url, 'together');
    const begins = eventsOf(messages, 'extension').filter(({ kind }) => kind === 'begin');
    expect(begins).toHaveLength(2); // one for each of the two requests
    const queries = eventsOf(messages, 'extension').filter(({ kind }) => kind === 'query');
    expect(new Set(queries.map(({ by }) => by))).toEqual(new Set(STYLE_IDS));
  });

  test('N+1 is seen as statements that are alike, eager loading is not', async () => {
    for (const { groups } of resultsOf(await run(url, 'n-plus-one', { messages: 6 }))) {
      const alike = groups.filter(({ repeated, forItself }) => repeated !== 'once' && !forItself);
      expect(alike.map(({ requestId, statements }) => [requestId, statements.length])).toEqual([
        [1, 6],
      ]);
    }
  });

  test('what a library sends for itself is marked, and counted apart', async () => {
    const messages = await run(url, 'n-plus-one', { messages: 6 });
    const conclusion = messages.find(({ type }) => type === 'conclusion');
    expect(conclusion).toMatchObject({ text: expect.stringContaining('N+1 is in the code') });
    for (const { style, groups, metrics } of resultsOf(messages)) {
      const reading = groups.filter(({ lines }) => /PRAGMA/.test(text(lines)));
      expect(groups.filter(({ forItself }) => forItself)).toEqual(reading);
      expect(metrics.statements).toBe(9); // 1 + 6, and 2 with the authors loaded along
      const asksForSchema = name === 'sqlite' && /extension|declarative/.test(style);
      expect([style, metrics.ownStatements > 0]).toEqual([style, asksForSchema]);
    }
  });

  test('timed on demand: a median and a spread of each style, and whether one is faster', async () => {
    const answer = await post(`${url}/api/runs`, { scenario: 'find', times: 3 });
    const { id } = (await answer.json()) as { id: string };
    const messages = await messagesOf(url, id);
    expect(resultsOf(messages)).toHaveLength(4); // the timed runs are not shown
    const times = messages.find((message) => message.type === 'times');
    expect(times).toMatchObject({ runs: 3, text: expect.stringMatching(/\.$/) });
    for (const style of STYLE_IDS) {
      const { lowMs = 0, medianMs = 0, highMs = 0 } = times?.styles[style] ?? {};
      expect(lowMs).toBeGreaterThan(0);
      expect(medianMs).toBeGreaterThanOrEqual(lowMs);
      expect(highMs).toBeGreaterThanOrEqual(medianMs);
    }
    expect(await leftOvers()).toBe(0);
  });

  test('waiting for SQLite’s one writer is measured; the servers let both write', async () => {
    for (const { outcome } of resultsOf(await run(url, 'overlap', { waitMs: 120 }))) {
      expect(outcome.text).toMatch(
        name === 'sqlite' ? /the second waited \d+ ms for the writer lock/ : /neither waited/,
      );
    }
  });

  test('the plan of a recorded statement is found by its number only', async () => {
    const id = await startRun(url, 'find');
    const [first] = resultsOf(await messagesOf(url, id)).at(-1)?.groups ?? [];
    const at = `${url}/api/runs/${id}/explain/${first?.statements[0]?.id}`;
    const plan = (await (await post(at, { sql: 'drop table users' })).json()) as Plan;
    expect(plan.statement).toMatch(/select/i);
    expect(plan.rows.flat().join(' ')).toMatch(/users|SIMPLE/); // no row of the table has that
    expect((await post(`${url}/api/runs/${id}/explain/999999`, {})).status).toBe(404);
    expect((await post(`${url}/api/runs/nobody/explain/1`, {})).status).toBe(404);
    expect((await post(`${at};drop`, {})).status).toBe(404);
  });

  test('a client that reconnects gets the messages since, and no others', async () => {
    const id = await startRun(url, 'create');
    const all = await messagesOf(url, id);
    const at = `${url}/api/runs/${id}/events`;
    const rest = await (await fetch(at, { headers: { 'Last-Event-ID': '3' } })).text();
    const numbers = [...rest.matchAll(/^id: (\d+)$/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(all.map((_, index) => index).slice(4));
  });

  test('a run reports its progress, which never goes back', async () => {
    const fractions = (await run(url, 'overlap', { waitMs: 20 })).flatMap((message) =>
      message.type === 'progress' ? [message.fraction] : [],
    );
    expect(fractions).toEqual([0, 0.25, 0.5, 0.75]);
  });

  test('two people at once do not see each other’s events', async () => {
    const [one, two] = await Promise.all([
      startRun(url, 'create', { name: 'eva' }),
      startRun(url, 'create', { name: 'kim' }),
    ]);
    const [ones, twos] = await Promise.all([messagesOf(url, one), messagesOf(url, two)]);
    expect(JSON.stringify(ones)).toContain('-eva');
    expect(JSON.stringify(ones)).not.toContain('-kim');
    expect(JSON.stringify(twos)).not.toContain('-eva');
    expect(resultsOf(ones)).toHaveLength(4);
    expect(resultsOf(twos)).toHaveLength(4);
  });

  test('a run that is cancelled ends, and its writes are undone', async () => {
    const id = await startRun(url, 'client-leaves', { waitMs: 5000 });
    const slow = await startRun(url, 'overlap', { waitMs: 1000 });
    expect((await post(`${url}/api/runs/${slow}/cancel`, {})).status).toBe(202);
    expect((await messagesOf(url, slow)).at(-1)).toEqual({ type: 'end', state: 'cancelled' });
    await messagesOf(url, id);
    expect(await leftOvers()).toBe(0);
  });
});

test('a signal in the middle of a run ends it, and its rows are gone', async () => {
  const workbench = await startWorkbench('sqlite');
  const id = await startRun(workbench.url, 'overlap', { waitMs: 1000 });
  const events = await fetch(`${workbench.url}/api/runs/${id}/events`);
  const reader = events.body?.getReader();
  await reader?.read();
  await workbench.stop({
    before: async () => {
      const probe = createEngine(workbench.databaseUrl);
      const rows = await probe.execute("select count(*) from users where name like 'wb-%'");
      await probe.dispose();
      expect(Number(rows.scalar())).toBe(0);
    },
  });
});

describe('safe by default', () => {
  let workbench: Workbench;
  let url: string;
  beforeAll(async () => {
    workbench = await startWorkbench('sqlite');
    ({ url } = workbench);
  }, 90_000);
  afterAll(async () => await workbench.stop());

  test('the page may load nothing from elsewhere and has no inline script', async () => {
    const answer = await fetch(url);
    const policy = answer.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(await answer.text()).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|https?:\/\//);
  });

  test('what the page loads is compressed, and a stream of events is not', async () => {
    const encodingOf = async (at: string): Promise<string | null> => {
      const answer = await fetch(url + at, { headers: { 'Accept-Encoding': 'br' } });
      await answer.arrayBuffer();
      return answer.headers.get('content-encoding');
    };
    const [script] = /\/assets\/[^"]+\.js/.exec(await (await fetch(url)).text()) ?? [];
    expect(await encodingOf(String(script))).toBe('br');
    expect(await encodingOf('/api/sources/create')).toBe('br');
    const id = await startRun(url, 'create');
    expect(await encodingOf(`/api/runs/${id}/events`)).toBeNull();
  });

  test.each(['evil.example', 'a b', '%', 'localhost@evil.example', 'localhost:x', '['])(
    'a Host that is not this machine is refused: %j',
    async (host) => {
      expect(await statusFor(new URL(url).port, { host })).toBe(403);
    },
  );

  test.each([
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'http://evil.example' },
    { Origin: 'http://localhost:3000' },
    { Origin: 'null' },
  ])('a write of another origin is refused: %j', async (headers) => {
    for (const path of ['/api/runs', '/extension/create/eve/eve@example.org', '/on/x/api/runs'])
      expect((await post(url + path, {}, headers as Record<string, string>)).status).toBe(403);
  });

  test('a write of the page itself, and of a client that is no browser, is accepted', async () => {
    const own = { Origin: url, 'Sec-Fetch-Site': 'same-origin' };
    for (const headers of [own, { Origin: url }, {}] as Record<string, string>[]) {
      const answer = await post(`${url}/api/runs`, { scenario: 'find' }, headers);
      expect(answer.status).toBe(201);
      const { id } = (await answer.json()) as { id: string };
      await messagesOf(url, id);
    }
  });

  test('only so many runs are accepted at once, and further ones when these have ended', async () => {
    const begin = (): Promise<Response> =>
      post(`${url}/api/runs`, { scenario: 'overlap', inputs: { waitMs: 1000 } });
    const answers = await Promise.all(Array.from({ length: 10 }, begin));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
    const refused = answers.find(({ status }) => status === 429);
    expect(await refused?.json()).toMatchObject({
      detail: expect.stringContaining('4 runs are under way. Wait'),
    });
    for (const answer of answers.filter(({ status }) => status === 201)) {
      const { id } = (await answer.json()) as { id: string };
      await post(`${url}/api/runs/${id}/cancel`, {});
      await messagesOf(url, id);
    }
    expect((await begin()).status).toBe(201);
  });

  test.each([
    ['pagination', { perPage: 0 }, 'Per page: a whole number from 1 to 100, please.'],
    ['pagination', { page: 'x' }, 'Page: a whole number from 1 to 100, please.'],
    ['create', { name: ' ' }, 'Name: 1 to 20 characters, please.'],
    ['create', { name: { toString: 1 } }, 'Name: a text or a number, please.'],
    ['pagination', { page: { valueOf: 1 } }, 'Page: a text or a number, please.'],
    ['pagination', { page: [] }, 'Page: a text or a number, please.'],
    ['lost-update', { cure: 'magic' }, 'Begin: one of on-first-write, eager, please.'],
  ])('inputs are checked: %s with %j', async (scenario, inputs, detail) => {
    const answer = await post(`${url}/api/runs`, { scenario, inputs });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ detail });
  });

  test('an unknown scenario, run or style is refused in words', async () => {
    for (const scenario of ['nothing', { toString: 1 }, ['create'], null, 5])
      expect((await post(`${url}/api/runs`, { scenario })).status).toBe(404);
    expect((await fetch(`${url}/api/runs/nothing`)).status).toBe(404);
  });

  test.each([
    ['find', -1, 'times: a whole number from 0 to 50, please.'],
    ['find', '5', 'times: a whole number from 0 to 50, please.'],
    ['overlap', 5, 'How long this scenario takes says nothing about a style.'],
    ['together', 5, 'How long this scenario takes says nothing about a style.'],
  ])('timing is checked: %s with %j', async (scenario, times, detail) => {
    const answer = await post(`${url}/api/runs`, { scenario, times });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ detail });
  });

  test('a style’s library has the name here that its app gives', async () => {
    const { styles } = (await (await fetch(`${url}/api/bench`)).json()) as Bench;
    for (const { id, library } of styles) {
      const home = await fetch(`${url}/${id}/`, { headers: { Accept: 'application/json' } });
      expect(await home.json()).toMatchObject({ style: id, library });
    }
  });

  test('every link of the docs leads to a page, a file or a picture of the workbench', async () => {
    const open = new Set(['/f/docs/README.md']); // grows while it is gone through
    const { scenarios } = (await (await fetch(`${url}/api/bench`)).json()) as Bench;
    const exercises = (await (await fetch(`${url}/api/workshop`)).json()) as ExerciseInfo[];
    for (const { number } of exercises) open.add(`/workshop/${number}`);
    for (const { concept, workshop } of scenarios) {
      if (concept) open.add(`/f/${concept}`);
      open.add(`/workshop/${workshop}`);
    }
    const broken: string[] = [];
    for (const link of open) {
      const [path = '', anchor] = link.split('#');
      const isPage = path.startsWith('/f/') && path.endsWith('.md');
      const isFile = path.startsWith('/f/') && !isPage;
      const query = `path=${encodeURIComponent(decodeURI(path).slice('/f/'.length))}`;
      const isExercise = path.startsWith('/workshop/');
      const own = isExercise ? `/api${path}` : path;
      const at = isPage ? `/api/pages?${query}` : isFile ? `/api/files?${query}` : own;
      const answer = await fetch(url + at);
      if (!answer.ok) {
        broken.push(link);
        continue;
      }
      if (!isPage && !isExercise) {
        await answer.arrayBuffer();
        continue;
      }
      const { html = '', task = html } = (await answer.json()) as Partial<DocPage & Exercise>;
      if (anchor && !task.includes(`id="${anchor}"`)) broken.push(link);
      for (const [, to = ''] of task.matchAll(/\b(?:href|src|srcset)="(\/[^"]+)"/g)) open.add(to);
    }
    expect(broken).toEqual([]);
    expect(open.size).toBeGreaterThan(100);
  });

  test('files are shown from the repository alone, and nothing hidden, installed or of a database', async () => {
    const status = async (file: string): Promise<number> =>
      (await fetch(`${url}/api/files?path=${encodeURIComponent(file)}`)).status;
    expect(await status('apps/classical/src/models.ts')).toBe(200);
    expect(await status('compose.yaml')).toBe(200);
    expect(await status('.env')).toBe(404);
    expect(await status('apps/classical/src/../../../package.json')).toBe(404);
    expect(await status('apps/workbench/node_modules/preact/package.json')).toBe(404);
    expect(await status('data/notes.json')).toBe(404);
    expect(await status('/etc/passwd')).toBe(404);
    expect(await status('docs/../.git/config')).toBe(404);
  });

  test('every scenario shows, for every style, code that stands in the file at that line', async () => {
    const { scenarios } = (await (await fetch(`${url}/api/bench`)).json()) as Bench;
    for (const { id } of scenarios) {
      const sources = (await (await fetch(`${url}/api/sources/${id}`)).json()) as Sources;
      for (const style of STYLE_IDS) {
        const { functions, models } = sources[style];
        expect([id, style, functions.length > 0, models.length > 0]).toEqual([
          id,
          style,
          true,
          true,
        ]);
        for (const { file, line, lines } of [...functions, ...models]) {
          const inFile = readFileSync(path.join(ROOT, file), 'utf8')
            .split('\n')
            .slice(line - 1);
          expect(inFile.slice(0, lines.length).map((each) => each.trim())).toEqual(
            lines.map((tokens) => text([tokens]).trim()),
          );
        }
      }
    }
  });
});

function eventsOf(messages: readonly Message[], style: string) {
  return messages.flatMap((message) =>
    message.type === 'event' && message.style === style ? [message.event] : [],
  );
}

/** Requests whose sessions were not all removed, or whose connections were not all given back. */
function unclosed(messages: readonly Message[]): string[] {
  const open = new Map<string, number>();
  const pairs: Record<string, [string, number]> = {
    'session-opened': ['session', 1],
    'session-removed': ['session', -1],
    checkout: ['connection', 1],
    checkin: ['connection', -1],
  };
  for (const message of messages) {
    if (message.type !== 'event') continue;
    const [what, step] = pairs[message.event.kind] ?? ['', 0];
    const key = `${message.style} ${message.requestId} ${what}`;
    open.set(key, (open.get(key) ?? 0) + step);
  }
  return [...open].filter(([, count]) => count !== 0).map(([key]) => key);
}

function text(lines: readonly CodeLine[]): string {
  return lines.map((tokens) => tokens.map(([part]) => part).join('')).join('\n');
}

/** A request with another `Host`, which `fetch` cannot set. */
async function statusFor(port: string, headers: Record<string, string>): Promise<number> {
  const { request } = await import('node:http');
  return await new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
