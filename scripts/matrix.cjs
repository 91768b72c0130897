'use strict';
// npm run matrix: cells of the CI matrix on this machine. A cell is what `npm test -- --style … --engine …` is under its Node.
// For the Node that runs this it is done here; for another one, in a copy of the checkout with an install of its own.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { execFileSync, spawnSync } = require('node:child_process');
const mariadb = require('../packages/testing/servers/mariadb.cjs');
const { addressVariable } = require('../packages/testing/servers/index.cjs');
const { copyOfCheckout } = require('./lib/checkout-copy.cjs');
const { RESULTS, recorded } = require('./lib/docs/cells.cjs');
const { HELP, commandOf, readMatrixOptions, testArguments } = require('./lib/matrix.cjs');
const { isOwn, withNode } = require('./lib/node-versions.cjs');
const { spawnGroup, stopGroup } = require('./lib/process-group.cjs');
const { stopRequest } = require('./lib/stop-request.cjs');
const { leaveOut, UsageError } = require('./lib/test-options.cjs');
const { ROOT } = require('./lib/workspace.cjs');

const STOP_DEADLINE_MS = 20_000;
const SUM = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m;

async function main() {
  const options = readMatrixOptions(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  if (options.json) return console.log(JSON.stringify(options.axes));
  const cells = withServers(options);
  const stop = stopRequest();
  const results = [];
  for (const place of options.axes.node.map(placeOf)) {
    for (const cell of cells.filter(({ node }) => node === place.node)) {
      if (stop.aborted) break;
      console.log(`== ${cell.style} on ${cell.engine}, Node ${place.version}`);
      const result = await run(cell, place, stop);
      if (stop.aborted) break;
      results.push(result);
      if (options.docs) record(result);
    }
  }
  for (const line of summary(results)) console.log(line);
  if (stop.aborted) console.error('stopped before the end');
  if (options.docs) writePage();
  if (stop.aborted || results.some(({ isGreen }) => !isGreen)) process.exitCode = 1;
}

/** Those whose server this machine has: a cell takes a while to come to its server. */
function withServers({ cells, engineByName }) {
  const why = cells.some(({ engine }) => engine === 'mariadb') && whyNoMariaDb();
  if (!why) return cells;
  leaveOut('mariadb', why, engineByName);
  return cells.filter(({ engine }) => engine !== 'mariadb');
}

function whyNoMariaDb() {
  if (process.env[addressVariable('mariadb')]) return undefined;
  try {
    mariadb.binaries();
  } catch (error) {
    return error.message;
  }
}

/** Where the cells of a Node run, installed. */
function placeOf(node) {
  const folder = isOwn(node) ? ROOT : copyOfCheckout(`node-${node}`);
  // As npm does it: turbo looks for pnpm there.
  const tools = path.join(folder, 'node_modules/.bin');
  const env = withNode(node, {
    ...process.env,
    PATH: `${tools}${path.delimiter}${process.env.PATH}`,
  });
  const version = execFileSync('node', ['--version'], { env, encoding: 'utf8' }).trim().slice(1);
  console.log(`Node ${version} in ${folder}`);
  const { status } = spawnSync('node', ['scripts/setup.cjs'], {
    cwd: folder,
    env,
    stdio: 'inherit',
  });
  if (status !== 0) throw new UsageError(`Node ${version}: the install in ${folder} has failed`);
  return { node, env, folder, version };
}

async function run(cell, { env, folder, version }, stop) {
  const began = performance.now();
  /** @type {any} with a pipe, for which its type has null */
  const tests = spawnGroup('node', ['scripts/test.cjs', ...testArguments(cell)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let end = '';
  tests.stdout.on('data', (data) => {
    process.stdout.write(data);
    end = (end + data).slice(-200); // the sum is the last line
  });
  const abort = () => void stopGroup(tests, { deadlineMs: STOP_DEADLINE_MS });
  stop.addEventListener('abort', abort);
  const [code] = await once(tests, 'close');
  stop.removeEventListener('abort', abort);
  const [passed = 0, failed = 0, skipped = 0] = SUM.exec(end)?.slice(1).map(Number) ?? [];
  const seconds = Math.round((performance.now() - began) / 1000);
  return { ...cell, version, passed, failed, skipped, seconds, isGreen: code === 0 };
}

function summary(results) {
  const row = (...columns) =>
    columns.map((text, i) => String(text).padEnd([13, 10, 10, 8, 8, 9][i] ?? 0)).join('');
  const red = results.filter(({ isGreen }) => !isGreen);
  return [
    '',
    row('style', 'engine', 'Node', 'passed', 'failed', 'skipped', 'seconds'),
    ...results.map(({ style, engine, version, passed, failed, skipped, seconds }) =>
      row(style, engine, version, passed, failed, skipped, seconds),
    ),
    ...red.map((cell) => `failed: ${commandOf(cell)}`),
    `cells: ${results.length - red.length} green, ${red.length} red`,
  ];
}

/** After each cell, so that a run that is stopped has not run in vain. */
function record(result) {
  const { isGreen: _, ...cell } = result;
  const file = path.join(ROOT, RESULTS);
  const before = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  const machine = `${os.cpus().length} cores (${process.platform}, ${process.arch})`;
  const date = new Date().toISOString().slice(0, 10);
  const after = recorded(before, { ...cell, date }, machine);
  fs.writeFileSync(file, `${JSON.stringify(after, null, 2)}\n`);
}

function writePage() {
  const docs = [path.join(__dirname, 'docs.cjs')];
  const { status } = spawnSync(process.execPath, docs, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = error.exitCode ?? 1;
});
