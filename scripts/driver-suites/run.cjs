'use strict';
// node scripts/driver-suites/run.cjs SUITE FOLDER [--real] [--only TEXT] [--out FILE]: runs a driver's own test suite through
// its facade, or with the real driver, each file in a process of its own. FOLDER is a checkout of the driver's repository,
// with what its tests need installed (see docs/driver-suites.md). Addresses: TEST_POSTGRES_URL, TEST_MARIADB_URL.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { parseArgs } = require('node:util');
const { SUITES } = require('./suites.cjs');

const FILE_LIMIT_MS = 45_000;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    real: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    out: { type: 'string' },
  },
});
const [name = '', given = ''] = positionals;
const suite = SUITES[name];
if (!suite || !given) {
  console.error(`usage: run.cjs ${Object.keys(SUITES).join('|')} FOLDER [--real] [--only TEXT]`);
  process.exit(2);
}
const folder = path.resolve(given);
const results =
  values.out ?? path.join(os.tmpdir(), `${name}-${values.real ? 'real' : 'facade'}.jsonl`);
void main();

async function main() {
  fs.writeFileSync(results, '');
  const files = fs
    .readdirSync(folder, { recursive: true })
    .filter(
      (file) =>
        suite.files.test(file) &&
        values.only.split(',').some((part) => file.includes(part)) &&
        !file.includes('node_modules'),
    )
    .sort((a, b) => a.localeCompare(b));
  for (const file of files) await runFile(file);
  summarize();
}

/** One file; its own results are written by the hook, and how it ended is written here. */
async function runFile(file) {
  const child = spawn(process.execPath, [...command(), path.join(folder, file)], {
    cwd: path.join(folder, suite.cwd),
    env: { ...process.env, ...address(), ...environment(file) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => (output = (output + data).slice(-6000)));
  const limit = setTimeout(() => child.kill('SIGKILL'), FILE_LIMIT_MS);
  const [code, signal] = await new Promise((done) => child.once('close', (...end) => done(end)));
  clearTimeout(limit);
  const ok = code === 0;
  const result = { file, test: null, ok, error: ok ? undefined : `${signal ?? code}\n${output}` };
  fs.appendFileSync(results, `${JSON.stringify(result)}\n`);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${file}`);
}

function command() {
  const fromSource = [
    '--conditions=quartet-source',
    `--require=${path.join(__dirname, '../register.cjs')}`,
  ];
  const hooks = [
    ...(values.real || values.built ? [] : fromSource),
    `--require=${path.join(__dirname, 'hook.cjs')}`,
  ];
  if (suite.runner === 'script') return hooks;
  const mocha = require.resolve('mocha/bin/_mocha', { paths: [folder] });
  return [
    ...hooks,
    mocha,
    '--exit',
    '--timeout=10000',
    `--reporter=${path.join(__dirname, 'mocha-reporter.cjs')}`,
  ];
}

function environment(file) {
  const entries = Object.fromEntries(
    Object.entries(suite.entries).map(([entry, driver]) => [path.join(folder, entry), driver]),
  );
  const url = {
    postgres: process.env.TEST_POSTGRES_URL,
    mariadb: process.env.TEST_MARIADB_URL,
    sqlite: `sqlite:///${path.join(folder, 'test/tmp/engine.db')}`,
  }[suite.engine];
  return {
    DRIVER_SUITE: JSON.stringify({ folder, entries, results, file, facade: !values.real, url }),
  };
}

/** Where the real driver finds the server, as each suite asks for it. */
function address() {
  const env =
    suite.engine === 'mariadb' ? process.env.TEST_MARIADB_URL : process.env.TEST_POSTGRES_URL;
  const { hostname, port, username, password, pathname } = new URL(env ?? 'none://');
  const database = pathname.slice(1);
  return suite.engine === 'mariadb'
    ? {
        CI: '1',
        MYSQL_HOST: hostname,
        MYSQL_PORT: port,
        MYSQL_USER: username,
        MYSQL_PASSWORD: password,
        MYSQL_DATABASE: database,
      }
    : {
        PGHOST: hostname,
        PGPORT: port,
        PGUSER: username,
        PGPASSWORD: password,
        PGDATABASE: database,
      };
}

/** A file that wrote no results counts as one test. */
function summarize() {
  const lines = fs
    .readFileSync(results, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const ends = lines.filter(({ test }) => test === null);
  const tests = lines.filter(({ test }) => test !== null);
  const alone = ends.filter(({ file }) => !tests.some((test) => test.file === file));
  const all = [...tests, ...alone];
  console.log(
    `${all.filter(({ ok }) => ok).length} of ${all.length} tests, ${ends.filter(({ ok }) => ok).length} of ${ends.length} files`,
  );
  console.log(`each: ${results}`);
}
