/**
 * The workshop in the workbench. What an exercise is and how its checks run, `npm run workshop` knows alone: it is asked, in
 * processes of its own. One exercise has one process, however many pages show it, and none where no page does.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HttpProblem } from '@quartet/express-service';
import { renderDoc } from './doc-page';
import type { Follower } from './exercise-watch';
import { COMMAND, ExerciseWatch } from './exercise-watch';
import type { Exercise, ExerciseInfo } from './protocol';
import { ROOT } from './root';

const run = promisify(execFile);

/** As the command lists it. */
interface Listed extends ExerciseInfo {
  /** The text of its page. */
  readonly task: string;
  /** From the root. */
  readonly folder: string;
}

export class Workshop {
  readonly #watches = new Map<string, ExerciseWatch>();
  /** All whose process may be there. */
  readonly #alive = new Set<ExerciseWatch>();
  readonly #stop = new AbortController();
  #asked: Promise<readonly Listed[]> | undefined;

  async list(): Promise<ExerciseInfo[]> {
    return (await this.#exercises()).map(toInfo);
  }

  /** @throws HttpProblem 404 where there is no such exercise */
  async exercise(number: string): Promise<Exercise> {
    const all = await this.#exercises();
    const { index, task, folder, ...info } = placeOf(number, all);
    const [previous, next] = [all[index - 1], all[index + 1]];
    return {
      ...info,
      of: all.length,
      task: (await renderDoc(`${folder}/README.md`, task)).html,
      ...(previous && { previous: toInfo(previous) }),
      ...(next && { next: toInfo(next) }),
    };
  }

  /** @returns what ends it @throws HttpProblem 404 where there is no such exercise */
  async follow(number: string, follower: Follower): Promise<() => void> {
    const { folder } = placeOf(number, await this.#exercises());
    if (this.#stop.signal.aborted) throw new HttpProblem(503, 'The workbench is ending.');
    const watch = this.#watches.get(number) ?? this.#start(number, folder);
    const leave = watch.follow(follower);
    return () => {
      leave();
      if (watch.isFollowed) return;
      if (this.#watches.get(number) === watch) this.#watches.delete(number);
      void watch.stop();
    };
  }

  /** Resolves when no process of it is left. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#alive].map((watch) => watch.stop()));
  }

  #start(number: string, folder: string): ExerciseWatch {
    const watch = new ExerciseWatch(number, folder);
    this.#watches.set(number, watch);
    this.#alive.add(watch);
    void watch.ended.then(() => {
      this.#alive.delete(watch);
      if (this.#watches.get(number) === watch) this.#watches.delete(number);
    });
    return watch;
  }

  /** Who asks at the same time shares the answer. */
  #exercises(): Promise<readonly Listed[]> {
    return (this.#asked ??= this.#ask().finally(() => (this.#asked = undefined)));
  }

  async #ask(): Promise<readonly Listed[]> {
    const { signal } = this.#stop;
    try {
      const { stdout } = await run(process.execPath, [COMMAND, '--json'], { cwd: ROOT, signal });
      return JSON.parse(stdout) as Listed[];
    } catch (error) {
      const { stderr = '', message } = error as Error & { stderr?: string };
      const why = /^\w*Error: .+$/m.exec(stderr)?.[0] ?? message;
      throw new HttpProblem(503, `The exercises cannot be read: ${why}`, { cause: error });
    }
  }
}

function placeOf(number: string, all: readonly Listed[]): Listed & { readonly index: number } {
  const index = all.findIndex((each) => each.number === number);
  const found = all[index];
  if (found) return { ...found, index };
  const [first, last] = [all[0]?.number, all.at(-1)?.number];
  throw new HttpProblem(
    404,
    `There is no exercise ${number.slice(0, 20)}: they go from ${first} to ${last}.`,
  );
}

function toInfo({ number, title, state }: Listed): ExerciseInfo {
  return { number, title, state };
}
