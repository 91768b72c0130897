'use strict';
// npm run smoke (after a build): does what a newcomer does, from outside. `npm start` prints its
// table, every app answers /users, Ctrl-C leaves no process; then each app alone from dist/.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { spawn } = require('node:child_process');
const { setTimeout: sleep } = require('node:timers/promises');
const { isTaken } = require('./lib/ports.cjs');
const { ROOT, STARTED } = require('./lib/workspace.cjs');

const START_DEADLINE_MS = 300_000; // with an install before it
const STEP_DEADLINE_MS = 30_000;

/** Whatever happens, none of them outlives this one. */
const started = [];
process.once('exit', () => started.forEach((child) => child.kill('SIGKILL')));

/** A process with everything it said. */
function start(file, args, env = {}) {
  const child = spawn(file, args, { cwd: ROOT, env: { ...process.env, ...env } });
  const running = { child, said: '', ended: once(child, 'exit') };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      running.said += data;
    });
  }
  started.push(child);
  return running;
}

/** Waits for what must come true. @throws Error with what the process said when it does not */
async function until(what, isTrue, running, deadlineMs = STEP_DEADLINE_MS) {
  const deadline = Date.now() + deadlineMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`${what}: not in time\n${running.said}`);
    if (running.child.exitCode !== null) throw new Error(`${what}: it ended\n${running.said}`);
    await sleep(50);
  }
}

/** The workbench has the apps within it. */
async function usersOf({ style, port }) {
  const path = style === 'workbench' ? '/sql-builder/users' : '/users';
  const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  const { items } = /** @type {{ items: unknown[] }} */ (await answer.json());
  return items;
}

async function npmStart() {
  const npm = start('npm', ['start'], { DATABASE_URL: '' });
  const tabled = () => STARTED.every(({ port }) => npm.said.includes(`http://localhost:${port}`));
  await until('npm start prints its table', tabled, npm, START_DEADLINE_MS);
  for (const app of STARTED) {
    const { style } = app;
    const users = await usersOf(app);
    assert.ok(users && users.length > 0, `${style} shows no sample users at /users`);
    assert.ok(
      fs.existsSync(path.join(ROOT, 'data', `${style}.db`)),
      `data/${style}.db is not there`,
    );
  }
  npm.child.kill('SIGINT');
  const [code] = await npm.ended;
  assert.equal(code, 0, `npm start ended with ${code} after Ctrl-C\n${npm.said}`);
  for (const { style, port } of STARTED) {
    assert.equal(await isTaken(port), false, `${style} still listens on ${port} after Ctrl-C`);
  }
  console.log('npm start: the table, an answer from each, and nothing left after Ctrl-C');
}

async function built(app, scratch) {
  const { style, folder, port } = app;
  const server = path.join(folder, 'dist/server.js');
  const database = `sqlite:///${path.join(scratch, `${style}.db`)}`;
  const running = start('node', [server], { PORT: String(port), DATABASE_URL: database });
  await until(`${style} answers /users`, async () => Boolean(await usersOf(app)), running);

  const second = start('node', [server], { PORT: String(port), DATABASE_URL: database });
  await oneClearLine(second, `${style} on a taken port`);
  await oneClearLine(
    start('node', [server], { PORT: '0', DATABASE_URL: 'nonsense' }),
    `${style} with a bad DATABASE_URL`,
  );

  running.child.kill('SIGTERM');
  const [code] = await running.ended;
  assert.equal(code, 0, `${style} ended with ${code} after SIGTERM\n${running.said}`);
  console.log(`${style} from dist: answers, refuses a taken port and a bad URL, stops`);
}

async function oneClearLine(running, what) {
  const [code] = await running.ended;
  assert.notEqual(code, 0, `${what}: it ended with 0`);
  assert.match(running.said.trim(), /^.+$/, `${what}: it said\n${running.said}`);
}

async function main() {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'quartet-smoke-'));
  process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
  await npmStart();
  for (const app of STARTED) await built(app, scratch);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
