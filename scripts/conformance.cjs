'use strict';
// npm run conformance: the suites of the four styles, unchanged, on several servers in the place of one.
const { once } = require('node:events');
const path = require('node:path');
const { addressVariable, throughVariable } = require('@quartet/testing/servers');
const { SET_UPS } = require('@quartet/testing/set-ups');
const { spawnGroup, stopGroup } = require('./lib/process-group.cjs');
const { stopRequest } = require('./lib/stop-request.cjs');
const { chosen, NAMES, parse, STYLES, UsageError } = require('./lib/test-options.cjs');
const { ROOT } = require('./lib/workspace.cjs');

const STOP_DEADLINE_MS = 10_000;
const SET_UP_NAMES = Object.keys(SET_UPS);
const HELP = `npm run conformance -- [options]

  --on NAME      only on this set-up: ${SET_UP_NAMES.join(', ')}
  --style NAME   only this style: ${STYLES.join(', ')}
  --help         this text

Both take several names, separated by commas or repeated. Default: all.`;

async function main() {
  const { on, style, help } = options(process.argv.slice(2));
  if (help) return console.log(HELP);
  const stop = stopRequest();
  let failed = 0;
  for (const name of on) {
    if (stop.aborted) break;
    console.log(`== on ${name}`);
    if ((await run(name, style, stop)) !== 0) failed++;
  }
  process.exitCode = failed > 0 || stop.aborted ? 1 : 0;
}

/** Resolves with the exit code of `npm test`, whose last line is the sum. */
async function run(name, styles, stop) {
  const { engine, url, through, stop: end } = await SET_UPS[name]();
  try {
    const env = {
      ...process.env,
      [addressVariable(engine)]: url,
      [throughVariable(engine)]: through,
    };
    const args = [
      path.join(__dirname, 'test.cjs'),
      '--engine',
      engine,
      '--style',
      styles.join(','),
    ];
    const tests = spawnGroup(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
    const abort = () => void stopGroup(tests, { deadlineMs: STOP_DEADLINE_MS });
    stop.addEventListener('abort', abort);
    const [code] = await once(tests, 'exit');
    stop.removeEventListener('abort', abort);
    return code ?? 1;
  } finally {
    await end();
  }
}

function options(args) {
  const values = parse('npm run conformance', args, { on: NAMES, style: NAMES });
  return {
    help: values.help,
    on: chosen('--on', values.on, SET_UP_NAMES),
    style: chosen('--style', values.style, STYLES),
  };
}

main().catch((error) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = error.exitCode ?? 1;
});
