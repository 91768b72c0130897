/** Several engines through one workbench: `DATABASE_URL` and `WORKBENCH_URLS`. */
import { setImmediate as anotherTurn } from 'node:timers/promises';
import { createEngine, DatabaseUrl } from '@quartet/db-core';
import type { EngineChoice, Message, Plan } from '../src/protocol';
import { readDatabases } from '../src/databases';
import { childrenOf } from '@quartet/testing';
import { isAlive } from './support/processes';
import { NAMES, SEVERAL } from './support/several';
import type { Workbench } from './support/workbench';
import {
  messagesOf,
  post,
  resultsOf,
  run,
  spawnWorkbench,
  startRun,
  startWorkbench,
} from './support/workbench';

const [own, ...FURTHER] = NAMES as [(typeof NAMES)[number], ...typeof NAMES];
const UNREACHABLE = 'postgresql://nobody:geheim@127.0.0.1:1/nothing';
const last = SEVERAL.at(-1) as (typeof SEVERAL)[number];

async function choicesOf(url: string): Promise<EngineChoice[]> {
  return (await (await fetch(`${url}/api/engines`)).json()) as EngineChoice[];
}

/** Polls until it is so: there is no event for the state of a process. */
async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > deadline) throw new Error('it did not come to pass');
    await anotherTurn();
  }
}

describe('one workbench, several engines', () => {
  let workbench: Workbench;
  let url: string;

  beforeAll(async () => {
    workbench = await startWorkbench(own, FURTHER);
    ({ url } = workbench);
  }, 90_000);
  afterAll(async () => await workbench.stop());

  const leftOvers = async (): Promise<number[]> =>
    await Promise.all(
      [workbench.databaseUrl, ...workbench.furtherUrls].map(async (each) => {
        const probe = createEngine(each);
        const found = await probe.execute("select count(*) from users where name like 'wb-%'");
        await probe.dispose();
        return Number(found.scalar());
      }),
    );

  test.each(SEVERAL)(
    'on $id a run is that engine’s own, streamed through',
    async ({ at, dialect }) => {
      const id = await startRun(url + at, 'create', { name: 'eva' });
      const messages = await messagesOf(url + at, id);
      expect(messages[0]).toMatchObject({ type: 'run', engine: { name: dialect } });
      expect(messages.at(-1)).toEqual({ type: 'end', state: 'done' });
      expect(resultsOf(messages).map(({ outcome }) => outcome.tone)).toEqual(Array(4).fill('good'));
      expect(JSON.stringify(messages)).toContain('-eva');
      for (const other of SEVERAL.filter((each) => each.at !== at))
        expect((await fetch(`${url}${other.at}/api/runs/${id}`)).status).toBe(404);
      expect(await leftOvers()).toEqual(SEVERAL.map(() => 0));
    },
  );

  test('the page gets each engine with its name, version and path', async () => {
    const choices = await choicesOf(url);
    expect(choices.map(({ id, name, at }) => ({ id, dialect: name, at }))).toEqual(SEVERAL);
    for (const { version, trouble } of choices) {
      expect(version).toMatch(/^\d/);
      expect(trouble).toBeUndefined();
    }
  });

  test('a run’s events come through while it runs, and it can be cancelled there', async () => {
    const id = await startRun(url + last.at, 'lost-update', { thinkMs: 1_000 });
    const events = await fetch(`${url}${last.at}/api/runs/${id}/events`);
    expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await events.body?.getReader().read();
    const soFar = (await (await fetch(`${url}${last.at}/api/runs/${id}`)).json()) as Message[];
    expect(soFar.at(-1)?.type).not.toBe('end');
    expect((await post(`${url}${last.at}/api/runs/${id}/cancel`, {})).status).toBe(202);
    expect((await messagesOf(url + last.at, id)).at(-1)).toEqual({
      type: 'end',
      state: 'cancelled',
    });
    expect(await leftOvers()).toEqual(SEVERAL.map(() => 0));
  });

  test('a plan is the engine’s own, and what it refuses comes back in its words', async () => {
    const id = await startRun(url + last.at, 'find');
    const [first] = resultsOf(await messagesOf(url + last.at, id)).at(-1)?.groups ?? [];
    const at = `${url}${last.at}/api/runs/${id}/explain/${first?.statements[0]?.id}`;
    const plan = (await (await post(at, {})).json()) as Plan;
    expect(plan.rows.length).toBeGreaterThan(0);
    const refused = await post(`${url}${last.at}/api/runs`, {
      scenario: 'create',
      inputs: { name: ' ' },
    });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ detail: 'Name: 1 to 20 characters, please.' });
  });

  test('a request for another engine, or outside the API, is not forwarded', async () => {
    expect((await post(`${url}/on/oracle/api/runs`, { scenario: 'create' })).status).toBe(404);
    expect((await fetch(`${url}${last.at}/sql-builder/users`)).status).toBe(404);
    const foreign = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await post(`${url}${last.at}/api/runs`, {}, foreign)).status).toBe(403);
  });
});

test('a process that dies is reported, its streams end, and the next request starts it again', async () => {
  const workbench = await startWorkbench(own, FURTHER);
  const there = workbench.url + last.at;
  await run(there, 'find');
  const id = await startRun(there, 'lost-update', { thinkMs: 1_000 });
  const events = await fetch(`${there}/api/runs/${id}/events`);
  for (const child of childrenOf(workbench.pid)) process.kill(child, 'SIGKILL');
  await expect(events.text()).rejects.toThrow('terminated');
  const choice = async () => (await choicesOf(workbench.url)).at(-1);
  expect(await until(async () => (await choice())?.trouble)).toBe(
    'its process has ended (SIGKILL)',
  );
  expect(resultsOf(await run(there, 'find'))).toHaveLength(4);
  expect((await choice())?.trouble).toBeUndefined();
  expect((await fetch(`${there}/api/runs/${id}`)).status).toBe(404);
  await workbench.stop({ complaint: /its process has ended \(SIGKILL\)/ });
}, 60_000);

test('a database that does not answer is reported, tried again on request, and stops no other engine', async () => {
  const workbench = await startWorkbench(own, [], UNREACHABLE);
  const { id } = (await choicesOf(workbench.url)).at(-1) as EngineChoice;
  const refused = await post(`${workbench.url}/on/${id}/api/runs`, { scenario: 'create' });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  const { detail } = (await refused.json()) as { detail: string };
  expect(detail).toMatch(new RegExp(`^${id} does not answer: .*127\\.0\\.0\\.1`));
  expect(detail).not.toContain('geheim');
  expect((await choicesOf(workbench.url)).at(-1)?.trouble).toBeDefined();
  expect(resultsOf(await run(workbench.url, 'create'))).toHaveLength(4);
  await workbench.stop({ complaint: /^(workbench: postgresql(-2)?: (?!.*geheim).+\n)+$/ });
}, 60_000);

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends all its processes, and the runs in them with their rows',
  async (signal) => {
    const workbench = await startWorkbench(own, FURTHER);
    await run(workbench.url + last.at, 'find');
    const id = await startRun(workbench.url + last.at, 'lost-update', { thinkMs: 1_000 });
    const events = await fetch(`${workbench.url}${last.at}/api/runs/${id}/events`);
    await events.body?.getReader().read();
    const children = childrenOf(workbench.pid);
    expect(children).toHaveLength(FURTHER.length);
    await workbench.stop({
      signal,
      before: async () => {
        expect(children.filter(isAlive)).toEqual([]);
        const probe = createEngine(workbench.furtherUrls.at(-1) ?? '');
        const rows = await probe.execute("select count(*) from users where name like 'wb-%'");
        await probe.dispose();
        expect(Number(rows.scalar())).toBe(0);
      },
    });
  },
  60_000,
);

test('they do not outlive a workbench that was killed', async () => {
  const workbench = await startWorkbench(own, FURTHER);
  await run(workbench.url + last.at, 'find');
  const children = childrenOf(workbench.pid);
  expect(children).toHaveLength(FURTHER.length);
  await workbench.stop({
    signal: 'SIGKILL',
    before: async () => {
      await until(() => children.every((pid) => !isAlive(pid)));
    },
  });
}, 60_000);

test('with DATABASE_URL alone there is one engine and no further process', async () => {
  const workbench = await startWorkbench(own);
  expect(await choicesOf(workbench.url)).toHaveLength(1);
  expect(childrenOf(workbench.pid)).toEqual([]);
  await workbench.stop();
}, 60_000);

test('a mistake in WORKBENCH_URLS is one line that names it, before anything is started', async () => {
  const { said, ended } = spawnWorkbench({
    DATABASE_URL: 'sqlite://',
    WORKBENCH_URLS: 'oracle://me:geheim@host/x',
  });
  expect(await ended).toBe(1);
  expect(said.stderr).toMatch(/^workbench: cannot start: WORKBENCH_URLS .*'oracle'.*\n$/);
  expect(said.stderr).not.toContain('geheim');
});

describe('WORKBENCH_URLS', () => {
  const read = (text?: string) =>
    readDatabases(new DatabaseUrl('sqlite:///data/a.db'), { WORKBENCH_URLS: text });

  test('engines are named by their kind; those of one kind are numbered', () => {
    expect(read('postgresql://h/shop, mariadb://h/shop,sqlite:////tmp/b.db ,')).toEqual([
      { id: 'sqlite', name: 'sqlite', database: 'a.db', url: '' },
      { id: 'postgresql', name: 'postgresql', url: 'postgresql://h/shop' },
      { id: 'mysql', name: 'mysql', url: 'mariadb://h/shop' },
      { id: 'sqlite-2', name: 'sqlite', database: 'b.db', url: 'sqlite:////tmp/b.db' },
    ]);
  });

  test.each([undefined, '', ' '])('without it (%j) there is the workbench’s own alone', (text) => {
    expect(read(text)).toEqual([{ id: 'sqlite', name: 'sqlite', url: '' }]);
  });

  test.each([
    ['nonsense', /^WORKBENCH_URLS is malformed: it does not begin with a scheme/],
    ['mariadb://h/a,mysql:/h', /^WORKBENCH_URLS, number 2, is malformed: /],
    ['sqlite:///data/a.db', /^WORKBENCH_URLS names sqlite:.*a\.db: the database of this workbench/],
    ['mariadb://u:geheim@h/a,mariadb://u:geheim@h/a', /^WORKBENCH_URLS names .*: it twice/],
  ])('%s is refused in words', (text, words) => {
    expect(() => read(text)).toThrow(words);
    expect(() => read(text)).not.toThrow('geheim');
  });
});
