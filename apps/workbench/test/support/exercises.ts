/** A copy of the workshop for tests to change: other tests use the original at the same time. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.join(__dirname, '../../../..');
const ORIGINAL = path.join(ROOT, 'docs/workshop');
const GIT = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'gc.auto=0'];

export interface Exercises {
  /** For `WORKSHOP_FOLDER`. */
  readonly folder: string;
  /** Saves the learner's file of an exercise, given by its folder. */
  write(exercise: string, text: string): void;
  /** The same with the solution's. */
  solve(exercise: string): void;
  /** The same with one that prints what looks like an answer and never ends. @returns whether it runs already */
  loop(exercise: string): () => boolean;
  reset(exercise: string): void;
  remove(): void;
}

/** As in a fresh checkout: committed, and nothing is done. */
export function copyOfExercises(): Exercises {
  const parent = mkdtempSync(path.join(tmpdir(), 'quartet-exercises-'));
  const folder = path.join(parent, 'workshop');
  cpSync(ORIGINAL, folder, {
    recursive: true,
    filter: (file) => !/^(?:node_modules|\.progress.*|\.saved)$/.test(path.basename(file)),
  });
  for (const [from, to] of [
    [ROOT, parent],
    [ORIGINAL, folder],
  ] as const)
    symlinkSync(path.join(from, 'node_modules'), path.join(to, 'node_modules'));
  const git = (...args: string[]): void =>
    void execFileSync('git', [...GIT, ...args], { cwd: folder });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--no-verify', '--message', 'the beginning');
  const file = (exercise: string, side: string): string =>
    path.join(folder, exercise, side, 'src/exercise.ts');
  const write = (exercise: string, text: string): void =>
    writeFileSync(file(exercise, 'problem'), text);
  return {
    folder,
    write,
    solve: (exercise) => write(exercise, readFileSync(file(exercise, 'solution'), 'utf8')),
    loop: (exercise) => {
      const mark = path.join(parent, 'looping');
      rmSync(mark, { force: true });
      write(
        exercise,
        `import { writeFileSync } from 'node:fs';
console.log('{');
writeFileSync(${JSON.stringify(mark)}, '');
for (;;) {}
`,
      );
      return () => existsSync(mark);
    },
    reset: (exercise) => git('checkout', '--quiet', 'HEAD', '--', `${exercise}/problem/src`),
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}
