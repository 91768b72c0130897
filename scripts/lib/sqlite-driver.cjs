'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const NEEDED_BY_13 = 10;

/** Whether the version for this Node needs no compiler. @param {number} napi the Node-API that it has */
const bringsBinary = (napi) => napi >= NEEDED_BY_13;

/** Whether the version that is in its place now has a binary of its own, compiled or downloaded. @param {string} root of the workspace */
const isCompiled = (root) =>
  fs.existsSync(path.join(root, 'packages/db-core/node_modules/better-sqlite3/build/Release'));

/**
 * Swaps the folder that every package's `node_modules/better-sqlite3` leads to, or swaps it back.
 *
 * @param {string} root of the workspace
 * @param {number} napi the Node-API that this Node has
 */
function settleSqliteDriver(root, napi) {
  const link = path.join(root, 'packages/db-core/node_modules/better-sqlite3');
  // Not whether it leads somewhere: pnpm on an older Node takes away what a swapped folder led to.
  if (!fs.lstatSync(link, { throwIfNoEntry: false })) return; // a partial install
  const folder = path.resolve(path.dirname(link), fs.readlinkSync(link));
  const older = `${folder}-12`;
  const newer = path.join(root, 'node_modules/better-sqlite3-13'); // pnpm leaves it out where Node is too old
  const swapped = fs.lstatSync(folder).isSymbolicLink();
  const fits = bringsBinary(napi) && fs.existsSync(newer);
  if (fits && !swapped) {
    fs.rmSync(older, { recursive: true, force: true });
    fs.renameSync(folder, older);
    fs.symlinkSync(fs.realpathSync(newer), folder, 'junction');
  } else if (!fits && swapped) {
    fs.unlinkSync(folder);
    fs.renameSync(older, folder);
  }
}

const USE = "new (require('./node_modules/better-sqlite3'))(':memory:').close()";

/**
 * What hinders this Node from using the package: undefined for nothing. Tried in a process of its own, since one made for
 * another Node ends the process.
 *
 * @param {string} root of the workspace
 * @returns {string | undefined} `absent` where it is not installed
 */
function whatHinders(root) {
  const cwd = path.join(root, 'packages/db-core');
  const { status, signal, stderr } = spawnSync(process.execPath, ['-e', USE], {
    cwd,
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  if (stderr.includes("Cannot find module './node_modules/better-sqlite3'")) return 'absent';
  return signal ?? /^\w*Error: .*/m.exec(stderr)?.[0] ?? `exit code ${status}`;
}

/**
 * The environment in which an install elsewhere takes the binary that this checkout has compiled, as it would take a download.
 *
 * @param {string} root of the workspace
 * @param {string} scratch a folder for it
 * @returns {NodeJS.ProcessEnv} empty where none is compiled: the package then brings its own, or is compiled
 */
function compiledDriver(root, scratch) {
  const driver = fs.realpathSync(path.join(root, 'packages/db-core/node_modules/better-sqlite3'));
  const own = path.join(driver, 'build/Release/better_sqlite3.node');
  if (!fs.existsSync(own)) return {};
  const { version } = JSON.parse(fs.readFileSync(path.join(driver, 'package.json'), 'utf8'));
  const folder = path.join(scratch, 'prebuilds');
  const release = path.join(scratch, 'build/Release');
  for (const each of [folder, release]) fs.mkdirSync(each, { recursive: true });
  fs.copyFileSync(own, path.join(release, 'better_sqlite3.node'));
  const { modules } = process.versions;
  const file = `better-sqlite3-v${version}-node-v${modules}-${process.platform}-${process.arch}.tar.gz`;
  execFileSync('tar', ['-czf', path.join(folder, file), '-C', scratch, 'build/Release']);
  return { npm_config_better_sqlite3_local_prebuilds: folder };
}

module.exports = { bringsBinary, compiledDriver, isCompiled, settleSqliteDriver, whatHinders };
