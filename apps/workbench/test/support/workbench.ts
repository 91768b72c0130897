/** The workbench as a process of its own, as `npm start` runs it, on a fresh database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { EngineName } from '@quartet/testing';
import { freshDatabase } from '@quartet/testing';
import type { Inputs, Message } from '../../src/protocol';

const APP = path.join(__dirname, '../..');
const START_DEADLINE_MS = 60_000;

export type Result = Extract<Message, { type: 'result' }>;

export interface Workbench {
  readonly url: string;
  readonly databaseUrl: string;
  /** Ends it as Ctrl-C does. @param options.before called before its database is removed */
  readonly stop: (options?: { before?: () => Promise<void> }) => Promise<void>;
}

/** @throws Error with what the process said, when it does not listen in time or says something on stderr */
export async function startWorkbench(engine: EngineName): Promise<Workbench> {
  const database = await freshDatabase(engine);
  const register = path.join(APP, '../../scripts/register.cjs');
  const source = ['--conditions=quartet-source', '--enable-source-maps', '-r', register];
  const child = spawn(process.execPath, [...source, 'src/server.ts'], {
    cwd: APP,
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', DATABASE_URL: database.url, SEED: 'on' },
  });
  let [said, complained] = ['', ''];
  child.stderr.on('data', (data) => (complained += String(data)));
  const ended = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (): void => reject(new Error(`the workbench did not start\n${said}${complained}`));
    const deadline = setTimeout(fail, START_DEADLINE_MS);
    child.once('exit', fail);
    child.stdout.on('data', (data) => {
      said += String(data);
      const found = /http:\S+/.exec(said)?.[0];
      if (!found) return;
      clearTimeout(deadline);
      resolve(found);
    });
  });
  return {
    url,
    databaseUrl: database.url,
    stop: async ({ before } = {}) => {
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      await before?.();
      await database.drop();
      if (code !== 0 || complained) throw new Error(`it ended with ${code}\n${complained}`);
    },
  };
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
