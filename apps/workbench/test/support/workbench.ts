/** The workbench as a process of its own, as `npm start` runs it, on a fresh database. */
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { EngineName } from '@quartet/testing';
import { freshDatabase } from '@quartet/testing';
import type { Inputs, Message } from '../../src/protocol';

const APP = path.join(__dirname, '../..');
const START_DEADLINE_MS = 60_000;

export type Result = Extract<Message, { type: 'result' }>;

export interface Workbench {
  readonly url: string;
  readonly pid: number;
  readonly databaseUrl: string;
  /** Those of `WORKBENCH_URLS`. */
  readonly furtherUrls: readonly string[];
  /** Ends it as Ctrl-C does. */
  readonly stop: (options?: StopOptions) => Promise<void>;
}

interface StopOptions {
  /** Called before its databases are removed. */
  readonly before?: () => Promise<void>;
  /** Must match what it wrote to stderr. Without it, stderr must be empty. */
  readonly complaint?: RegExp;
  /** Default SIGTERM. */
  readonly signal?: 'SIGTERM' | 'SIGINT' | 'SIGKILL';
}

/**
 * @param further engines that take part in `WORKBENCH_URLS`, each on a fresh database
 * @param unreachable another URL for it
 * @throws Error with what the process said, when it does not listen in time
 */
export async function startWorkbench(
  engine: EngineName,
  further: readonly EngineName[] = [],
  ...unreachable: readonly string[]
): Promise<Workbench> {
  const [database, ...others] = await Promise.all(
    [engine, ...further].map((name) => freshDatabase(name)),
  );
  const furtherUrls = others.map(({ url }) => url);
  const { child, said, ended } = spawnWorkbench({
    DATABASE_URL: database?.url,
    WORKBENCH_URLS: [...furtherUrls, ...unreachable].join(),
    SEED: 'on',
  });
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (): void =>
      reject(new Error(`the workbench did not start\n${said.stdout}${said.stderr}`));
    const deadline = setTimeout(fail, START_DEADLINE_MS);
    child.once('exit', fail);
    child.stdout.on('data', () => {
      const found = /http:\S+/.exec(said.stdout)?.[0];
      if (!found) return;
      clearTimeout(deadline);
      resolve(found);
    });
  });
  return {
    url,
    pid: child.pid ?? 0,
    databaseUrl: database?.url ?? '',
    furtherUrls,
    stop: async ({ before, complaint = /^$/, signal = 'SIGTERM' } = {}) => {
      child.kill(signal);
      const code = await ended;
      await before?.();
      for (const each of [database, ...others]) await each?.drop();
      if (code !== (signal === 'SIGKILL' ? null : 0) || !complaint.test(said.stderr))
        throw new Error(`it ended with ${code}\n${said.stderr}`);
    },
  };
}

interface Spawned {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** So far. */
  readonly said: { stdout: string; stderr: string };
  /** Resolves with the exit code, null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** Starts the process, without waiting for it to listen. */
export function spawnWorkbench(env: NodeJS.ProcessEnv): Spawned {
  const register = path.join(APP, '../../scripts/register.cjs');
  const source = ['--conditions=quartet-source', '--enable-source-maps', '-r', register];
  const child = spawn(process.execPath, [...source, 'src/server.ts'], {
    cwd: APP,
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (said.stdout += String(data)));
  child.stderr.on('data', (data) => (said.stderr += String(data)));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, said, ended };
}

export async function startRun(
  url: string,
  scenario: string,
  inputs: Inputs = {},
): Promise<string> {
  const answer = await post(`${url}/api/runs`, { scenario, inputs });
  if (answer.status !== 201) throw new Error(await answer.text());
  return ((await answer.json()) as { id: string }).id;
}

/** All messages of a run, when it has ended. */
export async function messagesOf(url: string, id: string): Promise<Message[]> {
  const text = await (await fetch(`${url}/api/runs/${id}/events`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Message);
}

export async function run(url: string, scenario: string, inputs: Inputs = {}): Promise<Message[]> {
  return await messagesOf(url, await startRun(url, scenario, inputs));
}

export function resultsOf(messages: readonly Message[]): Result[] {
  return messages.filter((message): message is Result => message.type === 'result');
}

export async function post(url: string, body: unknown, headers = {}): Promise<Response> {
  return await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}
