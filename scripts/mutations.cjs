'use strict';
// npm run mutations: puts faults into db-core, one at a time, and sees that the tests notice. A test
// that passes while teardown, the writer lock or the scope's lookup is missing proves nothing.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { ROOT } = require('./lib/workspace.cjs');

/**
 * @typedef {object} Case
 * @property {import('./lib/mutating-transform.cjs').Mutation} mutation
 * @property {string} folder where the tests are
 * @property {string} [tests] a pattern of test files
 * @property {string[]} bites titles of tests that must pass without the fault and fail with it
 */

const NO_TEARDOWN = {
  name: 'no teardown',
  file: 'db-core/src/http/request-scopes.ts',
  from: 'ending = scope.end({',
  to: 'void ({',
};

/** @type {Case[]} */
const CASES = [
  {
    mutation: NO_TEARDOWN,
    folder: 'apps/sql-builder',
    bites: [
      'after an exception the session is removed once and what it wrote is undone',
      'a client that leaves between two statements: the transaction is rolled back',
    ],
  },
  {
    mutation: NO_TEARDOWN,
    folder: 'packages/conformance',
    tests: 'test/reference',
    bites: ['a client that leaves with pipelined requests unanswered: each is torn down, once'],
  },
  {
    mutation: {
      name: 'no writer lock',
      file: 'db-core/src/dialects/sqlite/writer-lock.ts',
      from: 'if (this.#holder === owner) return;',
      to: 'if (owner) return;',
    },
    folder: 'packages/db-core',
    tests: 'test/sqlite',
    bites: [
      'a write that waits too long for another scope’s transaction fails as busy, with the likely cause',
      'writers get the lock in the order of asking',
    ],
  },
  {
    mutation: {
      name: 'no lookup of the scope',
      file: 'db-core/src/session/current.ts',
      from: 'const session = asSession(scope?.get(engine)) ?? firstSource(engine)?.current();',
      to: 'const session = undefined as never;',
    },
    folder: 'apps/sql-builder',
    bites: [
      'the style’s own queries take part in the session’s transaction',
      'what one request has not committed no other request sees',
      'what the session wrote is committed with what the queries write',
      'it is one transaction with a savepoint for each row',
    ],
  },
];

/**
 * Runs the named tests; says of each how it ended.
 *
 * @param {Omit<Case, 'mutation'>} where
 * @param {Case['mutation'] | undefined} mutation
 * @param {string} report
 * @returns {Map<string, string>}
 */
function run({ folder, tests, bites }, mutation, report) {
  const rootDir = path.join(ROOT, folder);
  const own = require(path.join(rootDir, 'jest.config.cjs'));
  const config = {
    ...own,
    rootDir,
    reporters: [],
    transform: {
      '^.+\\.ts$': [path.join(__dirname, 'lib/mutating-transform.cjs'), { mutation }],
    },
    testTimeout: 8_000, // a fault may well hang
    testEnvironmentOptions: { ...own.testEnvironmentOptions, goesOnAfterTimeout: true },
  };
  const jest = spawnSync(
    process.execPath,
    [
      path.join(ROOT, 'node_modules/jest/bin/jest.js'),
      ...(tests ? [tests] : []),
      '--config',
      JSON.stringify(config),
      '--testNamePattern',
      bites.map((title) => title.replace(/[()[\].*+?^$|\\]/g, '\\$&')).join('|'),
      '--json',
      '--outputFile',
      report,
      '--forceExit',
    ],
    { cwd: rootDir, env: { ...process.env, TEST_ENGINES: 'sqlite' }, encoding: 'utf8' },
  );
  if (!fs.existsSync(report)) throw new Error(jest.stderr);
  const { testResults } = JSON.parse(fs.readFileSync(report, 'utf8'));
  fs.rmSync(report);
  const broken = testResults.find(
    ({ message, assertionResults }) => message && !assertionResults.length,
  );
  if (broken) throw new Error(broken.message);
  return new Map(
    testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ title }) => bites.includes(title))
      .map(({ title, status }) => [title, status]),
  );
}

function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'quartet-mutations-'));
  const report = path.join(folder, 'report.json');
  let wrong = 0;
  try {
    for (const each of CASES) {
      const sound = run(each, undefined, report);
      const faulty = run(each, each.mutation, report);
      for (const title of each.bites) {
        const noticed = sound.get(title) === 'passed' && faulty.get(title) === 'failed';
        if (!noticed) wrong++;
        const how = `${sound.get(title) ?? 'missing'} → ${faulty.get(title) ?? 'missing'}`;
        console.log(
          `${noticed ? 'noticed' : 'NOT NOTICED'}  ${each.mutation.name}: ${title} (${how})`,
        );
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = wrong === 0 ? 0 : 1;
}

main();
