/**
 * Follows one exercise of the workshop: a process of `npm run workshop NN watch` that checks the learner's files at each save, and
 * what it has said last. It ends with the process that started it, however that one ends.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { highlight } from './code';
import type { Excerpt, LiveExercise } from './protocol';
import { ROOT } from './root';

/** The command that knows what an exercise is, and how its checks run. */
export const COMMAND = path.join(ROOT, 'scripts/workshop.cjs');
/** It ends at once when asked to; should it not, it is killed. */
const STOP_DEADLINE_MS = 2_000;

export interface Follower {
  /** Called with what is known now, and at each change. */
  readonly next: (live: LiveExercise) => void;
  /** Nothing comes any more. */
  readonly end: () => void;
}

/** What the command says in a line: that it checks these files, or what has come of it. Files are named from the root. */
interface Said {
  readonly files?: readonly { readonly file: string; readonly text: string }[];
  readonly mistakes: readonly {
    readonly file: string;
    readonly line: number;
    readonly message: string;
  }[];
  readonly checks: readonly { readonly title: string; readonly failure?: string }[];
  readonly broken?: string;
  readonly isDone: boolean;
}

export class ExerciseWatch {
  /** Resolves when its process is gone. */
  readonly ended: Promise<unknown>;
  readonly #folder: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #followers = new Set<Follower>();
  #live: LiveExercise = { files: [], isChecking: true };
  #complaint = '';

  /** @param folder the exercise's, from the root: its files are named from there */
  constructor(number: string, folder: string) {
    this.#folder = folder;
    this.#child = spawn(process.execPath, [COMMAND, number, 'watch', '--json'], { cwd: ROOT });
    const { stdin, stdout, stderr } = this.#child;
    stdin.on('error', () => undefined); // it has ended
    createInterface({ input: stdout }).on('line', (line) => this.#hear(JSON.parse(line) as Said));
    createInterface({ input: stderr }).on('line', (line) => (this.#complaint ||= line.trim()));
    this.#child.once('error', ({ message }) => (this.#complaint ||= message));
    this.ended = once(this.#child, 'close').catch(() => undefined);
    void this.ended.then(() => this.#tellEnd());
  }

  get isFollowed(): boolean {
    return this.#followers.size > 0;
  }

  /** @returns what ends it */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    follower.next(this.#live);
    return () => void this.#followers.delete(follower);
  }

  /** Resolves when its process, and the checks that it runs, are gone. */
  async stop(): Promise<void> {
    for (const follower of this.#followers) follower.end();
    this.#followers.clear();
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), STOP_DEADLINE_MS);
    this.#child.stdin.end();
    await this.ended;
    clearTimeout(deadline);
  }

  #hear({ files, ...said }: Said): void {
    if (files) {
      this.#show({ ...this.#live, isChecking: true, files: files.map(this.#toExcerpt) });
      return;
    }
    const mistakes = said.mistakes.map((each) => ({ ...each, file: this.#nameOf(each.file) }));
    this.#show({ files: this.#live.files, isChecking: false, result: { ...said, mistakes } });
  }

  #show(live: LiveExercise): void {
    this.#live = live;
    for (const { next } of this.#followers) next(live);
  }

  #tellEnd(): void {
    if (!this.isFollowed) return;
    const trouble = this.#complaint || 'their process is gone';
    this.#show({ ...this.#live, isChecking: false, trouble });
    for (const { end } of this.#followers) end();
    this.#followers.clear();
  }

  readonly #toExcerpt = ({ file, text }: { file: string; text: string }): Excerpt => {
    const name = this.#nameOf(file);
    return { name, file, line: 1, lines: highlight(text.trimEnd(), 'typescript') };
  };

  #nameOf(file: string): string {
    return path.posix.relative(this.#folder, file);
  }
}
