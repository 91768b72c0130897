import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = join(__dirname, '../../..');
let folder: string;
let running: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quartet-serve-'));
});

afterEach(async () => {
  for (const child of running) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  running = [];
  rmSync(folder, { recursive: true });
});

/** Starts the test app in an empty folder with these settings and no others. */
function start(env: Record<string, string> = {}): ChildProcess {
  const { PORT: _port, DATABASE_URL: _url, SEED: _seed, HOST: _host, ...inherited } = process.env;
  const child = spawn(
    process.execPath,
    [
      '--conditions=quartet-source',
      '-r',
      join(root, 'scripts/register.cjs'),
      join(__dirname, 'support/server.ts'),
    ],
    { cwd: folder, env: { ...inherited, PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.push(child);
  return child;
}

/** Waits for the one line that a listening app prints. */
async function listening(child: ChildProcess): Promise<{ line: string; url: string }> {
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    const line = chunk.toString();
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url !== undefined) return { line, url };
  }
  throw new Error('the app ended before it listened');
}

async function ended(
  child: ChildProcess,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('no pipes');
  const [said, complained] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')]);
  return { code: child.exitCode, stdout: said, stderr: complained };
}

const exitOf = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

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
  it('prints its style, address and engine, on a SQLite file in a folder it makes, with sample data', async () => {
    const { line, url } = await listening(start());
    expect(line).toMatch(/^test {2}http:\/\/127\.0\.0\.1:\d+ {2}sqlite\n$/);
    expect(existsSync(join(folder, 'data/test.db'))).toBe(true);
    const { items } = (await (await fetch(`${url}/users`)).json()) as { items: { name: string }[] };
    expect(items.map(({ name }) => name)).toEqual(['admin', 'guest', 'Ana']);
  });

  it('adds the sample data once, and not at all with SEED=off', async () => {
    const first = start();
    await listening(first);
    first.kill('SIGTERM');
    expect(await exitOf(first)).toBe(0);
    const again = await listening(start());
    expect(await (await fetch(`${again.url}/users`)).json()).toMatchObject({ total: 3 });
    rmSync(join(folder, 'data'), { recursive: true });
    const bare = await listening(start({ SEED: 'off' }));
    expect(await (await fetch(`${bare.url}/users`)).json()).toMatchObject({ total: 0 });
  });

  it('leaves a database of its own as it is, unless SEED=on asks for sample data', async () => {
    const url = `sqlite:///${join(folder, 'mine.db')}`;
    const app = await listening(start({ DATABASE_URL: url }));
    expect(await (await fetch(`${app.url}/users`)).json()).toMatchObject({ total: 0 });
    expect(existsSync(join(folder, 'data'))).toBe(false);
    const seeded = await listening(start({ DATABASE_URL: url, SEED: 'on' }));
    expect(await (await fetch(`${seeded.url}/users`)).json()).toMatchObject({ total: 3 });
  });
});

describe('an app that cannot start says why in one line and exits with 1', () => {
  it('when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await ended(start({ PORT: String(port) }));
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
    ['SEED is neither on nor off', { SEED: 'maybe' }, /SEED is 'maybe'/],
    [
      'a time is no number',
      { READINESS_DELAY_MS: '5s' },
      /READINESS_DELAY_MS is '5s'.*milliseconds/,
    ],
    ['the deadline is no number', { DRAIN_TIMEOUT_MS: '-1' }, /DRAIN_TIMEOUT_MS is '-1'/],
  ])('when %s', async (_what, env, message) => {
    const { code, stdout, stderr } = await ended(start(env));
    expect(stderr).toMatch(/^test: cannot start: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/tiger|\n\s+at /);
    expect([code, stdout]).toEqual([1, '']);
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('on %s an app', (signal) => {
  it('lets a request finish, refuses others, says that it is not ready, and exits with 0', async () => {
    const child = start();
    const { url } = await listening(child);
    const answer = await fetch(`${url}/slow?ms=1500`); // the headers are here, the body is not
    child.kill(signal);
    const ready = await notReady(url);
    expect(await ready.json()).toMatchObject({ detail: 'The server is shutting down.' });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const refused = await fetch(`${url}/users`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(refused.headers.get('connection')).toBe('close');
    expect(await answer.text()).toBe('begun, done');
    const answered = Date.now();
    expect(await exitOf(child)).toBe(0);
    expect(Date.now() - answered).toBeLessThan(3_000); // the client would keep the connection for four seconds
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('serves for as long as a load balancer needs to notice, if told so', async () => {
    const child = start({ READINESS_DELAY_MS: '1500' });
    const { url } = await listening(child);
    const begun = Date.now();
    child.kill(signal);
    await notReady(url);
    const served = await fetch(`${url}/users`);
    expect([served.status, served.headers.get('connection')]).toEqual([200, 'close']);
    expect(await exitOf(child)).toBe(0);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1_500);
  });

  it('does not wait for connections that are only kept alive', async () => {
    const child = start();
    const { url } = await listening(child);
    await (await fetch(`${url}/healthz`)).text();
    const begun = Date.now();
    child.kill(signal);
    expect(await exitOf(child)).toBe(0);
    expect(Date.now() - begun).toBeLessThan(10_000); // of twenty seconds to drain
  });

  it('gives up on a request that outlasts the deadline', async () => {
    const child = start({ DRAIN_MS: '300' });
    const { url } = await listening(child);
    const answer = await fetch(`${url}/slow?ms=60000`);
    child.kill(signal);
    await expect(answer.text()).rejects.toThrow('terminated');
    expect(await exitOf(child)).toBe(0);
  });

  it('ends at once when it is asked again', async () => {
    const child = start();
    const { url } = await listening(child);
    await fetch(`${url}/slow?ms=60000`);
    child.kill(signal);
    while (await isReady(url)); // until it has taken the first one, however busy the machine
    await new Promise((resolve) => setTimeout(resolve, 600)); // an earlier one is the same Ctrl-C twice
    const begun = Date.now();
    child.kill(signal);
    expect(await exitOf(child)).toBe(1);
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});
