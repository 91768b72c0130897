'use strict';
// npm run setup: installs the workspace as the lockfile says, and with it the better-sqlite3 that this Node can run. Where
// that is version 13, which brings its binary, version 12 is not compiled only to be put aside: no compiler is needed.
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { ROOT } = require('./lib/workspace.cjs');
const { bringsBinary, isCompiled, settleSqliteDriver } = require('./lib/sqlite-driver.cjs');

const napi = Number(process.versions.napi);

function pnpm(...args) {
  const script = path.join(__dirname, 'pnpm.cjs');
  const { status } = spawnSync(process.execPath, [script, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

if (bringsBinary(napi)) {
  pnpm('install', '--frozen-lockfile', '--ignore-scripts');
  settleSqliteDriver(ROOT, napi);
  pnpm('rebuild', '--pending'); // what the install has left out, of the packages that are in use now
} else {
  pnpm('install', '--frozen-lockfile');
  settleSqliteDriver(ROOT, napi);
  if (!isCompiled(ROOT)) pnpm('rebuild', 'better-sqlite3'); // another Node has installed it before
}
