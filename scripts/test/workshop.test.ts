/** The exercises of the workshop: red for the reason that they are made for, green once solved, and the command beside them. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/workspace.cjs';
import {
  exercises,
  isChanged,
  reset,
  runChecks,
  type Exercise,
  type Result,
} from '../lib/workshop.cjs';
import { command } from './support/command';

const all = exercises();
const first = all[0] as Exercise;
const file = join(ROOT, first.problem, 'src/exercise.ts');
const workshop = (...args: string[]) => command('workshop.cjs', args);
const lines = (text: string): string[] => text.trim().split('\n');

/** Runs `fn` with another text in the first exercise, whose own is there again afterwards. */
async function withText<T>(text: string, fn: () => Promise<T>): Promise<T> {
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, text);
  try {
    return await fn();
  } finally {
    writeFileSync(file, before);
    rmSync(join(ROOT, 'docs/workshop/.progress.json'), { force: true });
  }
}

describe('the exercises', () => {
  let results: ReadonlyMap<string, Result>;
  beforeAll(async () => {
    results = await runChecks(all.flatMap(({ problem, solution }) => [problem, solution]));
  }, 60_000);

  test('are ten to twelve, each with a page that says what to do', () => {
    expect(all.length).toBeGreaterThanOrEqual(10);
    const list = readFileSync(join(ROOT, 'docs/workshop/README.md'), 'utf8');
    for (const { folder, title } of all) {
      expect(list).toContain(`[${title}](${folder.slice('docs/workshop/'.length)}/README.md)`);
      expect(readFileSync(join(ROOT, folder, 'README.md'), 'utf8')).toMatch(
        /\*\*Task\*\*[^]+\*\*Files\*\*[^]+\*\*Look\*\*[^]+\*\*Hint\*\*[^]+\*\*Question\*\*/,
      );
    }
  });

  test.each(all.map(({ folder }) => folder))('%s is red for the intended reason', (folder) => {
    const { checks, broken } = results.get(`${folder}/problem`) as Result;
    expect(broken).toBeUndefined();
    expect(checks.filter(({ failure }) => failure === undefined)).toEqual(
      checks.filter(({ given }) => given),
    );
    const failures = checks.flatMap(({ failure }) => failure ?? []);
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) {
      expect(failure).not.toMatch(/^It (fails with|is not over)/); // a sentence of the exercise's own
      expect(failure).not.toContain('\n');
    }
  });

  test.each(all.map(({ folder }) => folder))('%s is green once solved', (folder) => {
    const { checks, broken } = results.get(`${folder}/solution`) as Result;
    expect(broken).toBeUndefined();
    expect(checks.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    expect(checks.length).toBeGreaterThan(1);
  });
});

describe('npm run workshop', () => {
  test('lists all', async () => {
    const { code, stdout } = await workshop();
    expect(code).toBe(0);
    for (const { number, title } of all) expect(stdout).toContain(`${number}  ${title}`);
  });

  test('a number that there is not, and what is no action, are refused in one sentence', async () => {
    for (const [args, sentence] of [
      [['99'], `There is no exercise 99: they go from 01 to ${all.at(-1)?.number}.`],
      [['1', 'solve'], "'solve' is none of watch, solution, reset."],
      [['1', 'reset', 'solution'], 'One at a time: reset, or solution.'],
      [['1', 'reset', '--json'], '--json is for the list, and for watch.'],
    ] as const) {
      const { code, stderr } = await workshop(...args);
      expect(code).toBe(2);
      expect(lines(stderr)[0]).toBe(sentence);
      expect(lines(stderr)).toHaveLength(2);
    }
  });

  test('01 says what fails, and goes on when it is solved', async () => {
    const { code, stdout } = await workshop('01');
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ ten calls share one engine\n {4}Ten calls made 10 engines/);
    const solved = readFileSync(join(ROOT, first.solution, 'src/exercise.ts'), 'utf8');
    await withText(solved, async () => {
      const done = await workshop('1');
      expect(done.code).toBe(0);
      expect(done.stdout).toMatch(/Done\. Next: npm run workshop 02\n$/);
      expect((await workshop()).stdout).toContain('✓ 01');
    });
  }, 60_000);

  test('a mistake is the learner’s, with file and line', async () => {
    await withText("const n: number = 'a';\nexport const openDirectory = nothing;\n", async () => {
      const { code, stdout } = await workshop('1');
      expect(code).toBe(1);
      expect(stdout).toContain('Your files do not compile yet');
      expect(stdout).toContain(`${first.problem}/src/exercise.ts:1  Type 'string'`);
      expect(stdout).toContain(`${first.problem}/src/exercise.ts:2  Cannot find name 'nothing'`);
    });
  }, 60_000);

  test('one that throws where it is loaded, and one that never ends, are told of', async () => {
    await withText("throw new Error('of mine');\nexport {};\n", async () => {
      const { broken } = (await runChecks([first.problem])).get(first.problem) as Result;
      expect(broken).toBe('Error: of mine (problem/src/exercise.ts:1)');
    });
    await withText('process.exit(3);\nexport {};\n', async () => {
      const { broken } = (await runChecks([first.problem])).get(first.problem) as Result;
      expect(broken).toContain('has ended');
    });
    await withText('for (;;) {}\nexport {};\n', async () => {
      const results = await runChecks([first.problem], { silenceMs: 200 });
      expect(results.get(first.problem)?.broken).toBe(
        'nothing has come for 0.2 seconds: look for a loop that does not end',
      );
    });
  }, 60_000);

  test('what the learner prints is not taken for an answer', async () => {
    const solved = readFileSync(join(ROOT, first.solution, 'src/exercise.ts'), 'utf8');
    await withText(`console.log('{\\nnull');\n${solved}`, async () => {
      const { checks, broken } = (await runChecks([first.problem])).get(first.problem) as Result;
      expect(broken).toBeUndefined();
      expect(checks).toHaveLength(2);
    });
  }, 60_000);

  test('a file that is gone is told of', async () => {
    await withText('', async () => {
      rmSync(file);
      const { code, stdout } = await workshop('1');
      expect(code).toBe(1);
      expect(stdout).toContain('Your files cannot be loaded: TypeScript ends with error TS18003');
    });
  }, 60_000);

  test('the solution is shown, and changes nothing', async () => {
    const { code, stdout } = await workshop('1', '--solution');
    expect(code).toBe(0);
    expect(stdout).toContain('+  const engine = createEngine(url);');
    expect(stdout).toContain('Your files stay as they are.');
  });

  test('reset keeps what the learner had', async () => {
    // Where nothing is committed there is nothing to go back to: a copy without git, an exercise that is being written.
    if (!existsSync(join(ROOT, '.git')) || isChanged(first)) return;
    await withText('// mine\n', async () => {
      const kept = reset(first, 'test') as string;
      expect(readFileSync(join(ROOT, kept, 'exercise.ts'), 'utf8')).toBe('// mine\n');
      expect(isChanged(first)).toBe(false);
      rmSync(join(ROOT, kept), { recursive: true });
    });
    expect(reset(first, 'again')).toBeUndefined();
    expect(existsSync(join(ROOT, 'docs/workshop/.saved/01-again'))).toBe(false);
  });
});
