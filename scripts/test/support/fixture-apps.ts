/** Two tiny apps in a temporary folder, run by the launcher as `npm start` runs the real ones. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { folderWith } from './command';

const { isTaken } = require('../../lib/ports.cjs') as {
  isTaken(port: number): Promise<boolean>;
};

/** Answers, says its process id and database, and ends when told to. */
export const GOOD_APP = `
  import { createServer } from 'node:http';
  import { greeting } from './greeting';
  import '../../shared';
  const server = createServer((_request, response) => response.end());
  server.listen(Number(process.env['PORT']), '127.0.0.1', () => {
    console.log(greeting, 'pid', process.pid, 'on', process.env['DATABASE_URL'], process.env['SEED']);
  });
  process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

export interface Launched {
  readonly npm: ChildProcessByStdio<null, Readable, Readable>;
  readonly folder: string;
  readonly ports: readonly number[];
  /** Everything printed so far. */
  lines(): readonly string[];
  /** Resolves with the first line, printed already or later, that matches. Rejects at the end without one. */
  line(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Resolves with the exit code, or the signal that npm passed to itself. */
  ended(): Promise<number | NodeJS.Signals>;
}

/** Starts `npm start` in a folder with the apps `one` and `two`. */
export async function launch(
  options: {
    watch?: boolean;
    two?: string;
    /** A file that both apps use. */
    shared?: string;
    ports?: number[];
    env?: NodeJS.ProcessEnv;
  } = {},
): Promise<Launched> {
  const ports = options.ports ?? [await freePort(), await freePort()];
  const folder = folderWith({
    'package.json': JSON.stringify({ scripts: { start: 'exec node start.cjs' } }),
    'one/src/server.ts': GOOD_APP,
    'one/src/greeting.ts': "export const greeting: string = 'hello';",
    'two/src/server.ts': options.two ?? GOOD_APP,
    'two/src/greeting.ts': "export const greeting: string = 'hello';",
    'shared/index.ts': options.shared ?? 'export {};',
    'start.cjs': startScript(ports, options.watch ?? false),
  });
  const npm = spawn('npm', ['start', '--silent'], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: '', SEED: '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  const readers = [npm.stdout, npm.stderr].map((input) => createInterface({ input }));
  for (const reader of readers) reader.on('line', (line) => printed.push(line));
  const closed = once(npm, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    npm,
    folder,
    ports,
    lines: () => printed,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (line: string): void => {
          const found = line.match(pattern);
          if (found) resolve(found);
        };
        printed.forEach(look);
        for (const reader of readers) reader.on('line', look);
        const nothing = (): void => reject(new Error(`No ${pattern} in:\n${printed.join('\n')}`));
        closed.then(nothing, reject);
      }),
    async ended() {
      const [code, signal] = await closed;
      return signal ?? code ?? -1;
    },
  };
}

/** Resolves when no process has the id any more. */
export async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Below the ports that the system gives to connections, of which other tests open thousands meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (!(await isTaken(port))) return port;
  }
}

function startScript(ports: readonly number[], watch: boolean): string {
  const lib = join(__dirname, '../../lib/run-apps.cjs');
  const apps = ['one', 'two'].map((style, index) => ({
    style,
    library: 'none',
    port: ports[index],
  }));
  return `
    const { join } = require('node:path');
    const apps = ${JSON.stringify(apps)}.map((app) => ({ ...app, folder: join(__dirname, app.style) }));
    require(${JSON.stringify(lib)})
      .runApps(apps, {
        data: join(__dirname, 'data'),
        watch: ${watch},
        sources: ({ folder }) => [join(folder, 'src'), join(__dirname, 'shared')],
        stopDeadlineMs: 500,
      })
      .then((code) => process.exit(code));
  `;
}
