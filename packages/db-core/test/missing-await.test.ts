/** A call that nobody waits for, and that its scope has outlived, is told of and ends no process. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { until } from '@quartet/testing';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});
const ROOT = path.resolve(__dirname, '../../..');

class Server {
  readonly #child: ChildProcess;
  #said = '';
  url = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    children.push(child);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
  }

  static async start(mode: string, ...flags: string[]): Promise<Server> {
    const server = new Server(
      spawn(
        process.execPath,
        [
          ...flags,
          '--conditions=quartet-source',
          '-r',
          path.join(ROOT, 'scripts/register.cjs'),
          path.join(__dirname, 'missing-await-server.ts'),
          mode,
        ],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      ),
    );
    await until(() => (server.url = /http:\/\/\S+/.exec(server.said)?.[0] ?? '') !== '', {
      what: () => server.said,
    });
    return server;
  }

  get said(): string {
    return this.#said;
  }

  /** How often it has said so. */
  count(pattern: RegExp): number {
    return this.#said.match(new RegExp(pattern, 'g'))?.length ?? 0;
  }

  async get(route: string): Promise<string> {
    return (await fetch(this.url + route, { headers: { connection: 'close' } })).text();
  }

  /** Nothing of what came too late is stored, and no connection is kept. */
  async nothingLeft(): Promise<void> {
    let left = '';
    await until(
      async () => (left = await this.get('/stored')) === JSON.stringify({ late: 0, inUse: 0 }),
      { what: () => left },
    );
  }

  async ended(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    return ((await once(this.#child, 'exit')) as [number | null])[0];
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await this.ended();
  }
}

const TOLD = /GET \/slip\/:name had ended before a call in it was done/;

test('each is told of once, with route and stack, and the server goes on', async () => {
  const server = await Server.start('');
  let told = 0;
  for (const slip of [
    'function',
    'begin',
    'query',
    'registry',
    'library',
    'wrapped',
    'twice',
    'several',
  ]) {
    expect(await server.get(`/slip/${slip}`)).toBe('Created');
    told++;
    await until(() => server.count(TOLD) === told, { what: () => `${slip}: ${server.said}` });
  }
  for (let i = 0; i < 20; i++) expect(await server.get('/slip/commit')).toBe('Created');
  await server.get('/slip/job');
  await until(() => server.count(/A scope had ended/) === 1, { what: () => server.said });
  await server.nothingLeft();
  expect(server.said).toMatch(
    /no-floating-promises.* ScopeClosedError[^]*at .*createItem.*missing-await-server\.ts/,
  );
  await server.stop();
});

test('an error of the app that nobody handles ends the process, as without us', async () => {
  const server = await Server.start('');
  await server.get('/slip/function');
  await until(() => server.count(TOLD) === 1, { what: () => server.said });
  await server.get('/slip/theirs');
  expect(await server.ended()).toBe(1);
  expect(server.said).toContain('Error: an error of the app');
});

test('or does what the app and Node were told to do', async () => {
  const catches = await Server.start('catches');
  const warns = await Server.start('', '--unhandled-rejections=warn');
  const listens = await Server.start('listens');
  for (const server of [catches, warns, listens]) {
    await server.get('/slip/function');
    await server.get('/slip/theirs');
  }
  await until(() => catches.said.includes('caught unhandledRejection: an error of the app'));
  await until(() => warns.said.includes('Unhandled promise rejection'));
  await until(() => listens.said.includes('app: ScopeClosedError'));
  await until(() => listens.said.includes('app: Error: an error of the app'));
  for (const server of [catches, warns, listens]) {
    await server.get('/slip/function');
    await server.nothingLeft();
    await server.stop();
  }
  expect(catches.count(TOLD)).toBe(2);
  expect(listens.count(TOLD)).toBe(0);
});
