/** `npm run matrix`: its list of cells, its options, and how it runs them, on a small checkout whose tests say what they were asked. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { cellTable, recorded, type Result } from '../lib/docs/cells.cjs';
import { AXES, commandOf, readMatrixOptions } from '../lib/matrix.cjs';
import { isOwn, NODES } from '../lib/node-versions.cjs';
import { STYLES } from '../lib/test-options.cjs';
import { command, folderWith, withoutMariaDb, type Ended } from './support/command';

/** Neither the servers of this run nor its place in CI are of those that it starts. */
const { TEST_MARIADB_URL: _url, CI: _ci, ...ENV } = process.env;
const OWN = process.versions.node.split('.')[0] as string;
const OTHER = NODES.find((node) => !isOwn(node)) as string;

test.each([
  [['--style', 'clasical'], /^--style clasical: there is no such name, did you mean classical\?/],
  [['--style', 'other'], /did you mean others\? The names are extension, .*, others$/],
  [['--engine', 'sqlite,mysql'], /^--engine mysql: there is no such name; the names are sqlite, /],
  [
    ['--node', 'v24'],
    /^--node v24: there is no such name, did you mean 24\? The names are 20, 22, /,
  ],
  [['--node', '18'], /^--node 18: there is no such name; the names are 20, 22, 24$/],
  [['--package', 'db-core'], /^Unknown option '--package'.* \(npm run matrix -- --help/],
  [['classical'], /^Unexpected argument 'classical'/],
])('npm run matrix -- %j is refused in one line', async (args, said) => {
  const { code, stdout, stderr } = await command('matrix.cjs', args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.trim()).toMatch(said);
  expect(stderr.trim()).not.toContain('\n');
});

test('without options nothing runs: it says which cells there are', async () => {
  const { code, stdout } = await command('matrix.cjs', []);
  expect(code).toBe(0);
  for (const names of Object.values(AXES)) expect(stdout).toContain(names.join(', '));
  expect(stdout).toContain('There are 45 cells.');
});

describe('the cells', () => {
  test('are each style and the others, on each engine and Node', () => {
    const { cells } = readMatrixOptions(['--all']);
    expect(cells).toHaveLength((STYLES.length + 1) * 3 * NODES.length);
    expect(new Set(cells.map(commandOf)).size).toBe(cells.length);
  });

  test('are those of the names that are given, and of every name where none is', () => {
    const { cells } = readMatrixOptions(['--style', 'classical,others', '--node', '24']);
    expect(cells.map(({ style, engine, node }) => `${style} ${engine} ${node}`)).toEqual([
      'classical sqlite 24',
      'classical postgres 24',
      'classical mariadb 24',
      'others sqlite 24',
      'others postgres 24',
      'others mariadb 24',
    ]);
  });

  test('have a command each, which asks for that cell alone', () => {
    for (const cell of readMatrixOptions(['--all']).cells) {
      const [, args = ''] = commandOf(cell).split(' -- ');
      expect(readMatrixOptions(args.split(' ')).cells).toEqual([cell]);
    }
  });
});

describe('on a checkout', () => {
  let root: string;
  let copy: string;
  const matrix = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    command(join(root, 'scripts/matrix.cjs'), args, { ...ENV, ...env });
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  /** What each run of the tests was: the Node, the arguments, the folder. */
  const runs = (stdout: string): string[][] =>
    stdout
      .split('\n')
      .filter((line) => line.startsWith('tests: '))
      .map((line) => line.split(' ').slice(1));

  beforeEach(() => {
    const parent = folderWith({
      'checkout/.gitignore': 'node_modules/\n*.log\n',
      'checkout/kept.txt': 'as committed',
      'checkout/gone.txt': 'as committed',
    });
    root = join(parent, 'checkout');
    copy = `${root}-node-${OTHER}`;
    for (const folder of ['scripts', 'packages/testing/servers'])
      cpSync(join(__dirname, '../..', folder), join(root, folder), {
        recursive: true,
        filter: (file) => !/node_modules|scripts\/test$/.test(file),
      });
    const write = (file: string, ...lines: string[]): void =>
      writeFileSync(join(root, file), `${lines.join('\n')}\n`);
    write('scripts/setup.cjs', `console.log('set up for', process.env.AS_NODE);`);
    write('scripts/docs.cjs', `console.log('pages written');`);
    write(
      'scripts/test.cjs',
      `const args = process.argv.slice(2).join(' ');`,
      `console.log('tests:', process.env.AS_NODE, process.cwd(), args);`,
      `if (args.includes('declarative')) process.exitCode = 1;`,
      `if (args.includes('sql-builder')) {`,
      `  process.on('SIGTERM', () => { console.log('servers stopped'); process.exit(1); });`,
      `  setInterval(() => {}, 1000);`,
      `  console.log('waiting');`,
      `} else console.log(process.exitCode ? '3 passed, 2 failed, 1 skipped' : '5 passed, 0 failed, 1 skipped');`,
    );
    const node = join(root, `node_modules/.cache/quartet-node/${OTHER}/node_modules/node/bin/node`);
    mkdirSync(dirname(node), { recursive: true });
    writeFileSync(
      node,
      `#!/bin/sh\n[ "$1" = --version ] && exec echo v${OTHER}.7.0\nAS_NODE=${OTHER} exec '${process.execPath}' "$@"\n`,
    );
    chmodSync(node, 0o755);
    git('init', '--quiet');
    git('add', '--all');
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
    git(...who, 'commit', '--quiet', '--message', 'all');
  });

  test('a cell of this Node runs in place, after what is missing was installed', async () => {
    const args = ['--style', 'classical', '--engine', 'postgres', '--node', OWN];
    const { code, stdout } = await matrix(args);
    expect(code).toBe(0);
    expect(stdout.indexOf('set up for')).toBeLessThan(stdout.indexOf('tests:'));
    expect(runs(stdout)).toEqual([
      ['undefined', root, '--style', 'classical', '--engine', 'postgres'],
    ]);
    expect(stdout).toMatch(/^classical +postgres +\d+\.\d+\.\d+ +5 +0 +1 +\d+$/m);
    expect(stdout.trim()).toMatch(/\ncells: 1 green, 0 red$/);
    expect(existsSync(copy)).toBe(false);
  });

  test('a cell of another Node runs on that Node, in a copy of the files as they are', async () => {
    const args = ['--style', 'others', '--engine', 'sqlite', '--node', OTHER];
    writeFileSync(join(root, 'kept.txt'), 'edited');
    writeFileSync(join(root, 'new.txt'), 'untracked');
    writeFileSync(join(root, 'ignored.log'), '');
    const before = [git('status', '--porcelain'), git('log', '--all', '--oneline')];
    const { code, stdout } = await matrix(args);
    expect(code).toBe(0);
    expect(runs(stdout)).toEqual([[OTHER, copy, '--no-styles', '--engine', 'sqlite']]);
    const read = (name: string): string => readFileSync(join(copy, name), 'utf8');
    expect([read('kept.txt'), read('new.txt')]).toEqual(['edited', 'untracked']);
    expect(existsSync(join(copy, 'ignored.log'))).toBe(false);
    expect(stdout).toMatch(new RegExp(`^others +sqlite +${OTHER}.7.0 +5 `, 'm'));
    // The checkout knows nothing of it, and the copy follows it.
    expect([git('status', '--porcelain'), git('log', '--all', '--oneline')]).toEqual(before);
    writeFileSync(join(copy, 'node_modules/installed'), '');
    rmSync(join(root, 'new.txt'));
    rmSync(join(root, 'gone.txt'));
    await matrix(args);
    const left = ['kept.txt', 'new.txt', 'gone.txt', 'node_modules/installed'];
    expect(left.filter((name) => existsSync(join(copy, name)))).toEqual([
      'kept.txt',
      'node_modules/installed',
    ]);
  });

  test('a copy that another run has is left alone', async () => {
    const args = ['--style', 'others', '--engine', 'sqlite', '--node', OTHER];
    await matrix(args);
    const claim = `node_modules/.cache/quartet-matrix/node-${OTHER}.pid`;
    expect(existsSync(join(root, claim))).toBe(false);
    writeFileSync(join(root, claim), String(process.pid));
    const refused = await matrix(args);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      `another npm run matrix (process ${process.pid}) uses ${copy}: wait for its end, or stop it\n`,
    ]);
  });

  test('a folder in its place that somebody else has made is left alone', async () => {
    mkdirSync(copy);
    writeFileSync(join(copy, 'kept.txt'), 'theirs');
    const args = ['--style', 'others', '--engine', 'sqlite', '--node', OTHER];
    const { code, stderr } = await matrix(args);
    expect([code, stderr]).toEqual([
      2,
      `${copy} is where a copy of this checkout belongs, and npm run matrix has not made what is there: move it away\n`,
    ]);
    expect(readFileSync(join(copy, 'kept.txt'), 'utf8')).toBe('theirs');
  });

  test('where git does not know the files, another Node has no copy of them: one sentence', async () => {
    rmSync(join(root, '.git'), { recursive: true });
    const args = ['--style', 'classical', '--engine', 'sqlite', '--node', OTHER];
    const { code, stderr } = await matrix(args);
    expect(code).toBe(2);
    expect(stderr.trim()).toMatch(
      /^a cell of another Node runs in a copy of this checkout, .* fatal: not a git repository.*$/,
    );
  });

  test('a red cell does not end the run, and the end says how to run it alone', async () => {
    const args = ['--style', 'extension,declarative,classical', '--engine', 'sqlite'];
    const { code, stdout } = await matrix([...args, '--node', OWN]);
    expect(code).toBe(1);
    expect(runs(stdout)).toHaveLength(3);
    expect(stdout.trim().split('\n').slice(-3)).toEqual([
      expect.stringMatching(/^classical +sqlite /),
      `failed: npm run matrix -- --style declarative --engine sqlite --node ${OWN}`,
      'cells: 2 green, 1 red',
    ]);
  });

  test('told to stop, it lets the tests end in order, and says that it was stopped', async () => {
    const args = ['--style', 'sql-builder', '--engine', 'sqlite,postgres', '--node', OWN];
    const script = join(root, 'scripts/matrix.cjs');
    const child = spawn(process.execPath, [script, ...args], {
      env: ENV,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      said += String(data);
      if (String(data).includes('waiting')) child.kill('SIGTERM');
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(said).toContain('servers stopped');
    expect(runs(said)).toHaveLength(1);
  });

  test('with --docs the results are kept, red ones too, and the page is written', async () => {
    const args = ['--style', 'extension,declarative', '--engine', 'sqlite', '--node', OWN];
    mkdirSync(join(root, 'docs'));
    const { stdout } = await matrix([...args, '--docs']);
    expect(stdout).toContain('pages written');
    const { cells } = JSON.parse(readFileSync(join(root, 'docs/ci.json'), 'utf8')) as {
      cells: Result[];
    };
    expect(cells.map(({ style, passed, failed }) => [style, passed, failed])).toEqual([
      ['extension', 5, 0],
      ['declarative', 3, 2],
    ]);
  });

  describe('on a machine without MariaDB', () => {
    const args = ['--style', 'classical', '--node', OWN];

    test('the cells of the other engines are green, and a line says what is left out', async () => {
      const { code, stdout } = await matrix(args, withoutMariaDb());
      expect(code).toBe(0);
      expect(stdout).toMatch(/^mariadb: left out of this run, no MariaDB server on this machine/);
      expect(runs(stdout).map((run) => run.at(-1))).toEqual(['sqlite', 'postgres']);
    });

    test.each([
      ['asked for by name', ['--engine', 'mariadb'], {}, 'it was asked for'],
      ['needed in CI', [], { CI: 'true' }, 'CI is set'],
    ])('MariaDB %s is an error in one sentence', async (_what, more, env, since) => {
      const ended = await matrix([...args, ...more], withoutMariaDb(env));
      expect([ended.code, ended.stdout]).toEqual([2, '']);
      expect(ended.stderr.trim()).toMatch(
        new RegExp(
          `^mariadb: no MariaDB server on this machine \\(.+\\); an error, since ${since}$`,
        ),
      );
    });

    test('a cell of another engine does not care, in CI neither', async () => {
      const env = withoutMariaDb({ CI: 'true' });
      const { code, stderr } = await matrix([...args, '--engine', 'sqlite'], env);
      expect([code, stderr]).toEqual([0, '']);
    });

    test('a server that TEST_MARIADB_URL names is as good', async () => {
      const env = withoutMariaDb({ TEST_MARIADB_URL: 'mysql://root@127.0.0.1/mysql' });
      const { code, stdout } = await matrix([...args, '--engine', 'mariadb'], env);
      expect([code, runs(stdout).length]).toEqual([0, 1]);
    });
  });
});

describe('the table of the last run', () => {
  const result = (style: string, node: string, more: Partial<Result> = {}): Result => ({
    style,
    engine: 'sqlite',
    node,
    version: `${node}.1.0`,
    passed: 147,
    failed: 0,
    skipped: 1,
    seconds: 15,
    date: '2026-11-27',
    ...more,
  });
  const machine = '2 cores (linux, x64)';

  test('shows what was run, what failed, and that the rest was not run', () => {
    const cells = [
      result('extension', '20'),
      result('extension', '22', { failed: 3, passed: 144 }),
    ];
    const lines = cellTable({ machine, cells }).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '| style | engine | Node 20 | Node 22 | Node 24 |',
      '| --- | --- | --- | --- | --- |',
      '| extension | sqlite | 147, 15 s | **3 of 147 failed** | not run |',
      '| extension | postgres | not run | not run | not run |',
    ]);
    expect(lines).toHaveLength(2 + 15 + 2);
    expect(lines.at(-1)).toContain(
      'Run on 2026-11-27 with Node 20.1.0, 22.1.0, on 2 cores (linux, x64).',
    );
  });

  test('a new result takes the place of the one before, in the order of the table', () => {
    const first = recorded(undefined, result('classical', '24'), machine);
    const second = recorded(first, result('extension', '20'), machine);
    const third = recorded(second, result('classical', '24', { seconds: 9 }), machine);
    expect(third.cells).toEqual([
      result('extension', '20'),
      result('classical', '24', { seconds: 9 }),
    ]);
  });

  test('results of another machine are not kept beside it, nor those of a cell that is no more', () => {
    const before = { machine: '64 cores', cells: [result('extension', '20')] };
    expect(recorded(before, result('classical', '24'), machine).cells).toHaveLength(1);
    const old = { machine, cells: [result('extension', '18')] };
    expect(recorded(old, result('classical', '24'), machine).cells).toHaveLength(1);
  });
});
