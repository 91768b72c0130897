'use strict';
// Runs the tests of several packages: some at once, each in one process of Jest, those that take longest first, so that
// no core is idle at the end.
const path = require('node:path');
const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { spawnGroup, stopGroup } = require('./process-group.cjs');
const { ROOT } = require('./workspace.cjs');

const STOP_DEADLINE_MS = 10_000;
const JEST = path.join(ROOT, 'node_modules/jest/bin/jest.js');
/** As `npm test` has measured them; all others are shorter than any of these. */
exports.LONGEST = [
  'workbench',
  'scripts',
  'db-core',
  'cli',
  'conformance',
  'examples',
  'declarative',
  'extension',
];
/** What tests know of this run's environment: settings of an app of the user's, as PORT and DATABASE_URL, are not theirs. */
const PASSED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|PWD|LANG|LC_\w+|TZ|TERM|CI|TMPDIR|TMP|TEMP|TEST_\w+|NODE_(OPTIONS|PATH|EXTRA_CA_CERTS)|SSL_CERT_\w+|DISPLAY|XDG_RUNTIME_DIR|DO_NOT_TRACK|TURBO_TELEMETRY_DISABLED)$/;

/**
 * @typedef {import('./workspace.cjs').Package} Package
 * @param {Package[]} packages
 * @param {{ env: NodeJS.ProcessEnv, atOnce: number, stop: AbortSignal }} options when told to stop, those that run are ended
 * @returns {Promise<boolean>} whether all have passed
 */
exports.testPackages = async (packages, { env, atOnce, stop }) => {
  const waiting = exports.longestFirst(packages);
  const passed = Object.fromEntries(Object.entries(env).filter(([name]) => PASSED.test(name)));
  let isGreen = true;
  const lane = async () => {
    for (let next = waiting.shift(); next && !stop.aborted; next = waiting.shift())
      if (!(await run(next, passed, stop))) isGreen = false;
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return isGreen && !stop.aborted;
};

/**
 * @param {Package[]} packages
 * @returns {Package[]}
 */
exports.longestFirst = (packages) => {
  const place = ({ short }) =>
    exports.LONGEST.includes(short) ? exports.LONGEST.indexOf(short) : exports.LONGEST.length;
  return packages.toSorted((a, b) => place(a) - place(b));
};

async function run({ short, folder }, env, stop) {
  /** @type {any} with pipes, for which its type has null */
  const jest = spawnGroup(process.execPath, [JEST, '--maxWorkers=1'], {
    cwd: folder,
    env: { ...env, PATH: withTools(folder, env.PATH) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [jest.stdout, jest.stderr])
    createInterface({ input: stream }).on('line', (line) => console.log(`${short}: ${line}`));
  const abort = () => void stopGroup(jest, { deadlineMs: STOP_DEADLINE_MS });
  stop.addEventListener('abort', abort);
  const [code] = await once(jest, 'close');
  stop.removeEventListener('abort', abort);
  return code === 0;
}

/** The programs of what the package depends on, as npm and pnpm have them for its scripts. */
function withTools(folder, before) {
  return [path.join(folder, 'node_modules/.bin'), before].filter(Boolean).join(path.delimiter);
}
