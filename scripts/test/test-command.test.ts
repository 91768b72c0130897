import { addUp, failures, times } from '../lib/test-results.cjs';
import { workspacePackages } from '../lib/workspace.cjs';
import { command, folderWith, withoutMariaDb } from './support/command';

const ENGINES = 'sqlite, postgres, mariadb';

test.each([
  [['--engine', 'oracle'], `--engine oracle: there is no such name; the names are ${ENGINES}\n`],
  [
    ['--engine', 'sqlite,mysql'],
    `--engine mysql: there is no such name; the names are ${ENGINES}\n`,
  ],
  [
    ['--style', 'active'],
    /^--style active: there is .* classical, declarative, extension, sql-builder/,
  ],
  [
    ['--package', 'core'],
    /^--package core: there is no such name, did you mean db-core\? The names/,
  ],
  [['--style', 'Classicl'], /, did you mean classical\? The names are classical, /],
  [['--engine', 'postgresql'], /, did you mean postgres\? The names are sqlite, /],
  [['--engines', 'sqlite'], /^Unknown option '--engines'/],
  [['classical'], /^Unexpected argument 'classical'/],
  [['--no-styles', '--style', 'classical'], /^--no-styles stands alone/],
])('npm test -- %j is refused in one line', async (args, said) => {
  const { code, stdout, stderr } = await command('test.cjs', args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(said);
  expect(stderr.trim()).not.toContain('\n');
});

test('a mistake in TEST_ENGINES is refused as one in --engine', async () => {
  const { code, stderr } = await command('test.cjs', [], { ...process.env, TEST_ENGINES: 'lite' });
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining(`mean sqlite? The names are ${ENGINES}`),
  ]);
});

test('--help says what there is', async () => {
  const { code, stdout } = await command('test.cjs', ['--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/--style NAME[\s\S]*--package NAME[\s\S]*--engine NAME/);
});

describe('on a machine without MariaDB', () => {
  /** The shortest there are; PostgreSQL is not asked. */
  const args = ['--package', 'opentelemetry'];
  const env = { TEST_POSTGRES_URL: 'postgresql://nobody@127.0.0.1:1/none' };

  test.each([
    ['CI is set', [], { ...env, CI: 'true' }],
    ['it was asked for', ['--engine', 'mariadb'], env],
  ])(
    'its absence is an error where %s: no run is smaller than it looks',
    async (since, more, set) => {
      const { code, stdout, stderr } = await command(
        'test.cjs',
        [...args, ...more],
        withoutMariaDb(set),
      );
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(
        new RegExp(
          `^mariadb: no MariaDB server on this machine \\(.+\\); an error, since ${since}\n$`,
        ),
      );
    },
  );

  test('a run in CI that asks for other engines does not care', async () => {
    const set = withoutMariaDb({ ...env, CI: 'true' });
    const { code, stdout } = await command('test.cjs', [...args, '--engine', 'sqlite'], set);
    expect(code).toBe(0);
    expect(stdout.trim()).toMatch(/\n[1-9]\d* passed, 0 failed, \d+ skipped$/);
  });
});

describe('the sum of all tests', () => {
  const result = (name: string, passed: number, failed = 0, skipped = 0): string =>
    JSON.stringify({ package: name, passed, failed, skipped });
  const packages = ['a', 'b'].map((name) => ({ manifest: { name } }));

  test('adds the packages up', () => {
    const folder = folderWith({ '1.json': result('a', 3, 1, 2), '2.json': result('b', 4) });
    expect(addUp(folder, packages)).toEqual({ passed: 7, failed: 1, skipped: 2, problems: [] });
  });

  test('counts a package that left no result as a failure', () => {
    const folder = folderWith({ '1.json': result('a', 3) });
    const problems = ['b: its tests ended without a result'];
    expect(addUp(folder, packages)).toEqual({ passed: 3, failed: 1, skipped: 0, problems });
  });

  test('counts a package of which no test ran as a failure', () => {
    const folder = folderWith({ '1.json': result('a', 3), '2.json': result('b', 0, 0, 9) });
    const problems = ['b: not one test ran'];
    expect(addUp(folder, packages)).toEqual({ passed: 3, failed: 1, skipped: 9, problems });
  });
});

// The exercises of the workshop are tested here, by workshop.test.ts, and the site by site.test.ts.
test('every app and every package but the shared settings is tested', () => {
  const untested = workspacePackages().filter(({ manifest }) => !manifest.scripts?.test);
  expect(untested.map(({ short }) => short)).toEqual(['tsconfig', 'site', 'workshop']);
});

test('the time of each package is told, and the slowest tests of all', () => {
  const result = (name: string, seconds: number, slowest: [string, number][]): string =>
    JSON.stringify({
      package: name,
      seconds,
      slowest: slowest.map(([title, took]) => ({ title, seconds: took })),
    });
  const many = Array.from({ length: 10 }, (_, i): [string, number] => [`b${i}`, 10 - i]);
  const folder = folderWith({
    '1.json': result('a', 3, [['a1', 2.5]]),
    '2.json': result('b', 55, many),
  });
  const lines = times(folder);
  expect(lines[0]).toBe('seconds of tests: b 55, a 3');
  expect(lines).toHaveLength(12);
  expect(lines[2]).toBe('     10 s  b › b0');
  expect(lines[10]).toBe('    2.5 s  a › a1');
});

test('what failed is told once more at the end, with the first lines of its message', () => {
  const message = Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\n');
  const folder = folderWith({
    '1.json': JSON.stringify({ package: 'a', failures: [{ title: 'a test', message }] }),
    '2.json': JSON.stringify({ package: 'b', failures: [] }),
  });
  const lines = failures(folder);
  expect(lines.slice(0, 2)).toEqual(['failed: a › a test', '    line 0']);
  expect(lines).toHaveLength(31);
});
