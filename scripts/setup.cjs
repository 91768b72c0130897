'use strict';
// npm run setup: installs the workspace as the lockfile says, and with it the better-sqlite3 that this Node can run. Where
// that is version 13, which brings its binary, version 12 is not compiled only to be put aside: no compiler is needed.
// Says nothing where nothing is missing; what npm and pnpm said is shown when an install fails.
const path = require('node:path');
const { spawn } = require('node:child_process');
const { ROOT } = require('./lib/workspace.cjs');
const { bringsBinary, isCompiled, settleSqliteDriver } = require('./lib/sqlite-driver.cjs');
const { whileWaiting } = require('./lib/while-waiting.cjs');

const napi = Number(process.versions.napi);

/** @returns {Promise<void>} */
function pnpm(...args) {
  const script = path.join(__dirname, 'pnpm.cjs');
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said += data;
    });
  return new Promise((resolve) => {
    child.once('close', (status) => {
      if (status === 0) return resolve();
      process.stderr.write(said);
      console.error('The install has failed: `npm run doctor` says what this machine lacks.');
      process.exit(status ?? 1);
    });
  });
}

async function setUp() {
  if (bringsBinary(napi)) {
    await pnpm('install', '--frozen-lockfile', '--ignore-scripts');
    settleSqliteDriver(ROOT, napi);
    await pnpm('rebuild', '--pending'); // what the install has left out, of the packages that are in use now
  } else {
    await pnpm('install', '--frozen-lockfile');
    settleSqliteDriver(ROOT, napi);
    if (!isCompiled(ROOT)) await pnpm('rebuild', 'better-sqlite3'); // another Node has installed it before
  }
}

void whileWaiting(setUp(), (seconds) => console.log(`Installing what is missing … ${seconds} s`));
