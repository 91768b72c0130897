'use strict';
// One app run from source: its process, its output, and whether it answers.
const path = require('node:path');
const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { setTimeout: sleep } = require('node:timers/promises');
const { spawnGroup, stopGroup, killGroup } = require('./process-group.cjs');
const { watchFolders } = require('./watch-folders.cjs');

const HOOK = path.join(__dirname, '../register.cjs');
const ANSWER_DEADLINE_MS = 60_000;
const KNOCK_EVERY_MS = 100;
/** How much of what an app said to standard error is kept, to find the cause of its end in. */
const KEPT_LINES = 100;
/**
 * @typedef {object} Options
 * @property {(line: string) => void} print
 * @property {(app: import('./workspace.cjs').App) => Record<string, string>} env
 * @property {boolean} [watch] restart when a file of the app is edited, or one in `sources`
 * @property {string[]} [sources] folders that every app uses
 * @property {number} stopDeadlineMs an app finishes its requests when told to stop; then it is killed
 */

/** An app could not be started or has ended: the message is the one line to show. */
class AppError extends Error {}
exports.AppError = AppError;

exports.RunningApp = class RunningApp {
  /** Output is held back until all answer: a failure is then one line, not a page. */
  #held = /** @type {string[] | undefined} */ ([]);
  #stderr = /** @type {string[]} */ ([]);
  #stopping = false;
  #app;
  #child;
  #env;
  #print;
  #stopDeadlineMs;
  /** Resolves at the next edit. */
  #edited = deferred();
  #unwatch = () => {};

  constructor(app, width, { env, print, watch, sources = [], stopDeadlineMs }) {
    this.#app = app;
    this.#env = env(app);
    this.#stopDeadlineMs = stopDeadlineMs;
    this.#print = (line) => print(`${app.style.padEnd(width)} | ${line}`);
    this.#child = this.#spawn();
    if (watch)
      this.#unwatch = watchFolders([path.join(app.folder, 'src'), ...sources], () =>
        this.#edited.resolve(),
      );
    /** Rejects when the app ends without being told to. */
    this.failed = watch ? this.#runsAgain() : this.#fails();
    this.failed.catch(() => {}); // it is looked at through Launcher.failure
  }

  #spawn() {
    const child = spawnGroup(
      process.execPath,
      ['--conditions=quartet-source', '--enable-source-maps', `--require=${HOOK}`, 'src/server.ts'],
      {
        cwd: this.#app.folder,
        env: { ...process.env, ...this.#env, PORT: String(this.#app.port) },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#reads(child);
    return child;
  }

  async answers() {
    const deadline = Date.now() + ANSWER_DEADLINE_MS;
    while (Date.now() < deadline && !this.#stopping) {
      if (await answersHealth(this.#app.port)) return;
      await sleep(KNOCK_EVERY_MS);
    }
    if (this.#stopping) return;
    throw new AppError(`${this.#app.style} did not answer within ${ANSWER_DEADLINE_MS / 1000} s`);
  }

  showOutput() {
    for (const line of this.#held ?? []) this.#print(line);
    this.#held = undefined;
  }

  async stop() {
    this.#stopping = true;
    this.#unwatch();
    await stopGroup(this.#child, { deadlineMs: this.#stopDeadlineMs });
  }

  kill() {
    if (this.#child.pid !== undefined) killGroup(this.#child);
  }

  /** After each edit the app is started anew; one that has ended by itself waits for the next edit. */
  async #runsAgain() {
    for (;;) {
      const closed = once(this.#child, 'close');
      const ended = await Promise.race([
        closed.then(() => true),
        this.#edited.promise.then(() => false),
      ]);
      if (this.#stopping) return new Promise(() => {});
      if (ended && this.#held) return await this.#fails();
      if (ended) this.#print(`has ended: ${this.#cause()}. It starts again when a file is saved.`);
      await this.#edited.promise;
      this.#edited = deferred();
      if (!ended) await stopGroup(this.#child, { deadlineMs: this.#stopDeadlineMs });
      if (this.#stopping) return new Promise(() => {});
      this.#stderr = [];
      this.#child = this.#spawn();
    }
  }

  async #fails() {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      await once(this.#child, 'close');
    if (this.#stopping) return new Promise(() => {});
    const what = this.#held ? 'could not start' : 'has ended';
    if (this.#held && this.#held.length > 1) this.showOutput(); // one line is the cause itself
    throw new AppError(`${this.#app.style} ${what}: ${this.#cause()}`);
  }

  /** Passes lines on. */
  #reads({ stdout, stderr }) {
    for (const stream of [stdout, stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (stream === stderr && line.trim()) this.#stderr.push(line.trim());
        if (this.#stderr.length > KEPT_LINES) this.#stderr.shift();
        if (this.#held) this.#held.push(line);
        else this.#print(line);
      });
    }
  }

  /** The line that says why: of an uncaught error its message, else the last one. */
  #cause() {
    const message = this.#stderr.findLast((line) => /^\w*Error\b/.test(line));
    const { exitCode, signalCode } = this.#child;
    const said = message ?? this.#stderr.at(-1) ?? `it exited with ${signalCode ?? exitCode}`;
    return said.replace(`${this.#app.style}: cannot start: `, ''); // as `serve` of http-contract begins
  }
};

exports.answersHealth = answersHealth;

/** Whether something on the port says that it is alive. */
async function answersHealth(port) {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, {
      signal: AbortSignal.timeout(2_000),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

function deferred() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
