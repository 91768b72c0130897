'use strict';
// npm test: every package's tests on every engine, or the part that the options ask for.
// Its last line is the sum of all: `N passed, N failed, N skipped`.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { SERVERS, addressVariable, startServer } = require('@quartet/testing/servers');
const { spawnGroup, stopGroup } = require('./lib/process-group.cjs');
const { stopRequest } = require('./lib/stop-request.cjs');
const { temporaryFolder } = require('./lib/temporary-folder.cjs');
const { HELP, UsageError, leaveOut, readTestOptions } = require('./lib/test-options.cjs');
const { addUp, failures, times } = require('./lib/test-results.cjs');
const { QUIET, TURBO } = require('./lib/turbo.cjs');
const { ROOT, workspacePackages } = require('./lib/workspace.cjs');

const STOP_DEADLINE_MS = 10_000;
/** Packages at once for each core: a test often waits for a server or for a process that it has started. */
const AT_ONCE = 1.5;

async function main() {
  const tested = workspacePackages().filter(({ manifest }) => manifest.scripts?.test);
  const options = readTestOptions(process.argv.slice(2), tested);
  if (options.help) return console.log(HELP);

  const stop = stopRequest();
  const scratch = fs.mkdtempSync(path.join(temporaryFolder(), 'quartet-test-'));
  const servers = [];
  try {
    const env = environment(scratch, options);
    process.env.TMPDIR = env.TMPDIR; // the servers' too
    for (const engine of options.engines.filter((name) => SERVERS.includes(name))) {
      if (env[addressVariable(engine)]) continue; // the user's own server
      const server = await startOrLeaveOut(engine, options);
      if (!server) continue;
      servers.push(server);
      env[addressVariable(engine)] = server.url;
    }
    env.TEST_ENGINES = options.engines
      .filter((engine) => engine === 'sqlite' || env[addressVariable(engine)])
      .join(',');
    const { packages } = options;
    const ended = stop.aborted ? 1 : await runTurbo(packages, env, stop);
    const total = addUp(resultsFolder(scratch), packages);
    if (stop.aborted) console.error('stopped before the end');
    else {
      for (const line of times(resultsFolder(scratch))) console.log(line);
      for (const line of failures(resultsFolder(scratch))) console.log(line);
      for (const line of total.problems) console.error(line);
    }
    console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
    process.exitCode = ended === 0 && total.failed === 0 && total.passed > 0 ? 0 : 1;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function resultsFolder(scratch) {
  return path.join(scratch, 'results');
}

/** Temporary files go to one folder, which is removed at the end whatever a suite left behind. */
function environment(scratch, { engines }) {
  const folders = {
    TEST_RESULTS: resultsFolder(scratch),
    TMPDIR: path.join(scratch, 'tmp'),
  };
  for (const folder of Object.values(folders)) fs.mkdirSync(folder);
  fs.chmodSync(scratch, 0o755); // a database server of another account must get in
  fs.chmodSync(folders.TMPDIR, 0o1777);
  const left = SERVERS.filter((engine) => !engines.includes(engine)).map(addressVariable);
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, ...folders, ...QUIET };
  for (const name of left) delete env[name];
  return env;
}

async function startOrLeaveOut(engine, { byName }) {
  const began = performance.now();
  try {
    const server = await startServer(engine);
    console.log(`${engine}: ready in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return server;
  } catch (error) {
    leaveOut(engine, error.message, byName);
  }
}

/** Resolves with turbo's exit code, also when it was told to stop. */
async function runTurbo(packages, env, stop) {
  const wanted = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  // Each in one process.
  const workers = ['--concurrency', String(Math.ceil(os.availableParallelism() * AT_ONCE))];
  const turbo = spawnGroup(
    TURBO,
    ['run', 'test', '--continue', '--ui=stream', ...workers, ...wanted, '--', '--maxWorkers=1'],
    { cwd: ROOT, env, stdio: 'inherit', shell: process.platform === 'win32' },
  );
  stop.addEventListener('abort', () => void stopGroup(turbo, { deadlineMs: STOP_DEADLINE_MS }));
  const [code] = await once(turbo, 'exit');
  return code ?? 1;
}

main().catch((error) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = error.exitCode ?? 1;
});
