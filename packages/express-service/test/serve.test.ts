import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess, until } from '@quartet/testing';

let folder: string;
let running: ServerProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quartet-serve-'));
});

afterEach(async () => {
  for (const child of running) await child.kill();
  running = [];
  rmSync(folder, { recursive: true });
});

function start(env: Record<string, string> = {}): ServerProcess {
  const child = new ServerProcess(join(__dirname, 'support/server.ts'), folder, env);
  running.push(child);
  return child;
}

/** Asks from outside until `/readyz` says no: a signal takes a moment to arrive. */
async function notReady(url: string): Promise<Response> {
  for (;;) {
    const answer = await fetch(`${url}/readyz`);
    if (answer.status === 503) return answer;
    await answer.text();
  }
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

describe('an app that is started', () => {
  it('prints its name, its address and its kind of database', async () => {
    const { line, url } = await start().listening();
    expect(line).toMatch(/^test {2}http:\/\/127\.0\.0\.1:\d+ {2}sqlite\n$/);
    expect((await fetch(`${url}/users`)).status).toBe(200);
  });

  it('uses the database that DATABASE_URL names', async () => {
    const file = join(folder, 'mine.db');
    const { url } = await start({ DATABASE_URL: `sqlite:///${file}` }).listening();
    expect(await (await fetch(`${url}/users`)).json()).toEqual({ file });
  });
});

describe('an app that cannot start says why in one line and exits with 1', () => {
  it('when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await start({ PORT: String(port) }).output();
    other.close();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `test: cannot start: port ${port} of 127.0.0.1 is already in use. Set PORT to a free one.\n`,
    );
  });

  it.each([
    ['PORT is no number', { PORT: 'http' }, /PORT is 'http'/],
    ['PORT is out of range', { PORT: '65536' }, /PORT is '65536'/],
    ['the URL is malformed', { DATABASE_URL: 'not a url' }, /DATABASE_URL/],
    ['the URL is empty', { DATABASE_URL: '' }, /DATABASE_URL/],
    [
      'the URL names no known database',
      { DATABASE_URL: 'oracle://scott:tiger@localhost/x' },
      /DATABASE_URL/,
    ],
    [
      'the database cannot be reached',
      { DATABASE_URL: 'postgresql://scott:tiger@127.0.0.1:1/x' },
      /127\.0\.0\.1:1/,
    ],
    [
      'the SQLite folder is not there',
      { DATABASE_URL: 'sqlite:////nowhere/at/all/x.db' },
      /nowhere/,
    ],
    ['no database is named', { NO_DEFAULT: 'yes' }, /DATABASE_URL is not set/],
    ['the app itself cannot be made', { BROKEN: 'yes' }, /no models/],
    [
      'a time is no number',
      { READINESS_DELAY_MS: '5s' },
      /READINESS_DELAY_MS is '5s'.*milliseconds/,
    ],
    ['the deadline is no number', { DRAIN_TIMEOUT_MS: '-1' }, /DRAIN_TIMEOUT_MS is '-1'/],
  ])('when %s', async (_what, env, message) => {
    const { code, stdout, stderr } = await start(env).output();
    expect(stderr).toMatch(/^test: cannot start: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/tiger|\n\s+at /);
    expect([code, stdout]).toEqual([1, '']);
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('on %s an app', (signal) => {
  it('lets a request finish, refuses others, says that it is not ready, and exits with 0', async () => {
    const child = start();
    const { url } = await child.listening();
    const answer = await fetch(`${url}/slow?ms=1500`); // the headers are here, the body is not
    child.signal(signal);
    const ready = await notReady(url);
    expect(await ready.json()).toMatchObject({ detail: 'The server is shutting down.' });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const refused = await fetch(`${url}/users`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(refused.headers.get('connection')).toBe('close');
    expect(await answer.text()).toBe('begun, done');
    const answered = Date.now();
    expect(await child.exitCode()).toBe(0);
    expect(Date.now() - answered).toBeLessThan(3_000); // the client would keep the connection for four seconds
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('serves for as long as a load balancer needs to notice, if told so', async () => {
    const child = start({ READINESS_DELAY_MS: '1500' });
    const { url } = await child.listening();
    const begun = Date.now();
    child.signal(signal);
    await notReady(url);
    const served = await fetch(`${url}/users`);
    expect([served.status, served.headers.get('connection')]).toEqual([200, 'close']);
    expect(await child.exitCode()).toBe(0);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1_500);
  });

  it('does not wait for connections that are only kept alive', async () => {
    const child = start();
    const { url } = await child.listening();
    await (await fetch(`${url}/healthz`)).text();
    const begun = Date.now();
    child.signal(signal);
    expect(await child.exitCode()).toBe(0);
    expect(Date.now() - begun).toBeLessThan(10_000); // of twenty seconds to drain
  });

  it('gives up on a request that outlasts the deadline', async () => {
    const child = start({ DRAIN_MS: '300' });
    const { url } = await child.listening();
    const answer = await fetch(`${url}/slow?ms=60000`);
    child.signal(signal);
    await expect(answer.text()).rejects.toThrow('terminated');
    expect(await child.exitCode()).toBe(0);
  });

  it('ends at once when it is asked again', async () => {
    const child = start();
    const { url } = await child.listening();
    const slow = await fetch(`${url}/slow?ms=60000`);
    child.signal(signal);
    while (await isReady(url)); // until it has taken the first one, however busy the machine
    await new Promise((resolve) => setTimeout(resolve, 600)); // an earlier one is the same Ctrl-C twice
    const begun = Date.now();
    child.signal(signal);
    expect(await child.exitCode()).toBe(1);
    expect(Date.now() - begun).toBeLessThan(10_000);
    expect(slow.bodyUsed).toBe(false); // held, or its request would end
  });
});

describe('with WEB_CONCURRENCY an app', () => {
  /** The processes that answer, each request on a connection of its own. */
  const pids = async (url: string, count: number): Promise<Set<number>> => {
    const seen = new Set<number>();
    while (seen.size < count) {
      const answer = await fetch(`${url}/pid`, { headers: { connection: 'close' } });
      seen.add((await answer.json()) as number);
    }
    return seen;
  };
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('is several processes on one port, which end in order with the first', async () => {
    const child = start({ WEB_CONCURRENCY: '3' });
    const { line, url } = await child.listening();
    expect(line).toMatch(
      /^test {2}http:\/\/127\.0\.0\.1:\d+ {2}sqlite {2}3 processes on one port\n$/,
    );
    const seen = await pids(url, 3);
    expect(seen).not.toContain(child.pid);
    const answer = await fetch(`${url}/slow?ms=1000`);
    child.signal('SIGTERM');
    expect(await answer.text()).toBe('begun, done');
    expect(await child.exitCode()).toBe(0);
    expect([...seen].filter(isAlive)).toEqual([]);
  });

  it('lets requests finish where a terminal has asked its processes some time before it', async () => {
    const child = start({ WEB_CONCURRENCY: '2' });
    const { url } = await child.listening();
    const seen = await pids(url, 2);
    const answer = await fetch(`${url}/slow?ms=1500`);
    for (const pid of seen) process.kill(pid, 'SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 600)); // for one process alone this were a second Ctrl-C
    child.signal('SIGINT');
    expect(await answer.text()).toBe('begun, done');
    expect(await child.exitCode()).toBe(0);
  });

  it('replaces a process that dies, with a line about it', async () => {
    const child = start({ WEB_CONCURRENCY: '2' });
    const { url } = await child.listening();
    const before = await pids(url, 2);
    const died = fetch(`${url}/die`, { headers: { connection: 'close' } });
    await expect(died).rejects.toThrow('fetch failed');
    let now = new Set<number>();
    do now = new Set([...(await pids(url, 1)), ...now]);
    while ([...now].every((pid) => before.has(pid)));
    const errors = child.errors();
    child.signal('SIGINT');
    expect(await errors).toMatch(
      /^test: process \d+ has ended \(SIGKILL\); another takes its place now\.\n$/,
    );
    expect(await child.exitCode()).toBe(0);
  });

  it('tries again when one that takes a place cannot start', async () => {
    const child = start({ WEB_CONCURRENCY: '2' });
    const { url } = await child.listening();
    const before = await pids(url, 2);
    const broken = ['broken-1', 'broken-2'].map((file) => join(folder, file));
    for (const file of broken) writeFileSync(file, '');
    const errors = child.errors();
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await until(() => !broken.some((file) => existsSync(file)));
    while (!(await isReady(url))); // nobody listens in between
    expect((await pids(url, 2)).size).toBe(2);
    child.signal('SIGTERM');
    expect(await child.exitCode()).toBe(0);
    const lines = (await errors).split('\n');
    expect(lines.filter((line) => line === 'test: cannot start: no models')).toHaveLength(2);
    expect(
      lines.filter((line) => /exit code 1\); another takes its place in [24] s/.test(line)),
    ).toHaveLength(2);
  });

  it.each([
    ['no number', { WEB_CONCURRENCY: 'many' }, /WEB_CONCURRENCY is 'many'/],
    ['none', { WEB_CONCURRENCY: '0' }, /WEB_CONCURRENCY is '0'/],
    ['a database in memory', { WEB_CONCURRENCY: '2', DATABASE_URL: 'sqlite://' }, /in memory/],
    ['an app that cannot be made', { WEB_CONCURRENCY: '4', BROKEN: 'yes' }, /no models/],
    ['a port that is no number', { WEB_CONCURRENCY: '4', PORT: 'http' }, /PORT is 'http'/],
  ])('says once why it cannot start: %s', async (_what, env, message) => {
    const { code, stdout, stderr } = await start(env).output();
    expect(stderr).toMatch(/^test: cannot start: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('says once that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await start({ WEB_CONCURRENCY: '3', PORT: String(port) }).output();
    other.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^test: cannot start: port \d+ of 127\.0\.0\.1 is already in use[^\n]*\n$/,
    );
  });

  it('ends at once when it is asked again', async () => {
    const child = start({ WEB_CONCURRENCY: '2' });
    const { url } = await child.listening();
    const seen = await pids(url, 2);
    const slow = await fetch(`${url}/slow?ms=60000`);
    child.signal('SIGTERM');
    while (await isReady(url));
    await new Promise((resolve) => setTimeout(resolve, 600)); // an earlier one is the same Ctrl-C twice
    child.signal('SIGTERM');
    expect(await child.exitCode()).toBe(1);
    expect([...seen].filter(isAlive)).toEqual([]);
    expect(slow.bodyUsed).toBe(false); // an answer that nobody holds is collected, and its request ended
  });
});
