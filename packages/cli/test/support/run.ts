/** Runs the commands as a user does: as processes of their own, with input, output and an exit code. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export const ROOT = join(__dirname, '../../../..');
const FROM_SOURCE = 'scripts/from-source.cjs';

export const SHELL = [FROM_SOURCE, 'packages/cli/src/shell/main.ts'];
export const DB = [FROM_SOURCE, 'packages/cli/src/db/main.ts'];

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `node <args>` at the root of the workspace, on the database. */
export function begin(
  args: readonly string[],
  databaseUrl: string,
  command = process.execPath,
): ChildProcessWithoutNullStreams {
  const env = { ...process.env, DATABASE_URL: databaseUrl, QUARTET_SHELL_HISTORY: '' };
  return spawn(command, args, { cwd: ROOT, env });
}

/** The output of a process, and how it ends. */
export async function end(child: ChildProcessWithoutNullStreams, input = ''): Promise<Ended> {
  child.stdin.on('error', () => undefined); // the process may end without reading it all
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/** `node <args>`, with `input` piped in, to its end. */
export function run(args: readonly string[], databaseUrl: string, input = ''): Promise<Ended> {
  return end(begin(args, databaseUrl), input);
}

/** Resolves when `what` was printed. @throws Error with the output when the stream ends before */
export async function said(stream: Readable, what: string | RegExp): Promise<string> {
  let all = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    all += String(chunk);
    if (all.search(what) >= 0) return all;
  }
  throw new Error(`it ended without saying ${what}:\n${all}`);
}
