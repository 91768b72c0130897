import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

type StartServer = (engine: string) => Promise<{
  readonly url: string;
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}>;

const CLI = join(__dirname, '../servers/cli.cjs');

/** A temporary folder that the accounts of the servers may enter. */
const scratch = mkdtempSync(join(tmpdir(), 'quartet-servers-'));
chmodSync(scratch, 0o755);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Starts `npm run test:servers`, with the folders of its servers where the test can see them. */
async function start(name: string) {
  const folder = join(scratch, name);
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  const child = spawn(process.execPath, [CLI], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ports: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^export TEST_\w+_URL=(.*)/.exec(line)?.[1];
    if (address) ports.push(Number(new URL(address).port));
    if (line.includes('Ctrl-C')) break;
  }
  return { child, folder, ports };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Resolves when the supervisors have removed every folder. */
async function emptied(folder: string): Promise<void> {
  while (readdirSync(folder).length > 0) await new Promise(setImmediate);
}

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'after %s to the one who started them, no server and no data is left',
  async (signal) => {
    const { child, folder, ports } = await start(signal);
    expect(ports.length).toBeGreaterThan(0);
    expect(await Promise.all(ports.map(answers))).not.toContain(false);
    expect(readdirSync(folder)).toHaveLength(ports.length);
    child.kill(signal);
    await once(child, 'exit');
    await emptied(folder);
    expect(await Promise.all(ports.map(answers))).not.toContain(true);
  },
);

test('a parent that ends before the server listens leaves nothing either', async () => {
  const folder = join(scratch, 'early');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  const supervisor = join(__dirname, '../servers/supervisor.cjs');
  const child = spawn(process.execPath, [supervisor, 'postgres'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  while (readdirSync(folder).length === 0) await new Promise(setImmediate);
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(readdirSync(folder)).toEqual([]);
});

test('a server that starts again gets its port: no process gets it by chance, and one that takes it is reported', async () => {
  const { startServer } = require('../servers/index.cjs') as { startServer: StartServer };
  const server = await startServer('postgres');
  const port = Number(new URL(server.url).port);
  expect(port).toBeLessThan(32_768); // the systems' ephemeral ports begin there
  await server.down();
  const thief = createServer().listen(port, '127.0.0.1');
  await once(thief, 'listening');
  await expect(server.up()).rejects.toThrow(`port ${port} was taken while the server was away`);
  thief.close();
  await server.stop();
});
