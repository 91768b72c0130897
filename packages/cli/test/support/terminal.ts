/** Types into a command at a pseudo-terminal, which `script` of util-linux makes: no native module is needed. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from './run';

/** Whether this machine has util-linux's `script` (that of macOS and BSD is another). */
export function canMakeTerminal(): boolean {
  const asked = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return asked.status === 0 && asked.stdout.includes('util-linux');
}

export class Terminal {
  readonly #child;
  readonly #ended: Promise<unknown[]>;
  #seen = '';
  /** The end of the output that was waited for so far. */
  #read = 0;

  constructor(command: string, env: NodeJS.ProcessEnv) {
    this.#child = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd: ROOT,
      env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm', ...env },
    });
    this.#ended = once(this.#child, 'close');
    this.#child.stdout.on('data', (data: Buffer) => {
      this.#seen += data.toString();
    });
  }

  /** Resolves to the output since the last call, up to and including `what`, without colours. */
  async until(what: string): Promise<string> {
    for (;;) {
      const text = stripVTControlCharacters(this.#seen.slice(this.#read));
      const at = text.indexOf(what);
      if (at >= 0) {
        this.#read = this.#seen.length;
        return text.slice(0, at + what.length);
      }
      const more = await Promise.race([
        once(this.#child.stdout, 'data').then(() => true),
        this.#ended.then(() => false),
      ]);
      if (!more) throw new Error(`it ended without saying ${what}:\n${text}`);
    }
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Types a line; resolves to the output before the next prompt, without the echo of the line. */
  async enter(line: string, prompt: string): Promise<string> {
    this.type(`${line}\r`);
    const text = await this.until(`\n${prompt}`);
    const [, ...printed] = text.replaceAll('\r', '').split('\n').slice(0, -1);
    return printed.join('\n');
  }

  /** Resolves to the exit code. */
  async end(): Promise<number | null> {
    const [code] = (await this.#ended) as [number | null];
    return code;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
