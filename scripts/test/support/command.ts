/** Runs one of the workspace's commands, and makes small folders to run it on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `node scripts/<script>`, or the script of an absolute path, to its end. */
export async function command(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ended> {
  const child = spawn(process.execPath, [resolve(__dirname, '../..', script), ...args], { env });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: await stdout, stderr: await stderr };
}

/** A temporary folder with the files, removed when the test file ends. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'quartet-scripts-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The environment of a command on a machine without a MariaDB server: neither this run's nor its place in CI is the command's. */
export function withoutMariaDb(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { TEST_MARIADB_URL: _url, TEST_ENGINES: _engines, CI: _ci, ...env } = process.env;
  return { ...env, NODE_OPTIONS: `--require=${join(__dirname, 'no-mariadb.cjs')}`, ...more };
}
