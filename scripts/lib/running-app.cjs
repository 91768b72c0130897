'use strict';
// One app run from source: its process, its output, and whether it answers.
const path = require('node:path');
const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { setTimeout: sleep } = require('node:timers/promises');
const { stripVTControlCharacters } = require('node:util');
const { spawnGroup, stopGroup, killGroup } = require('./process-group.cjs');

const HOOK = path.join(__dirname, '../register.cjs');
const ANSWER_DEADLINE_MS = 60_000;
const KNOCK_EVERY_MS = 100;
/** How much of what an app said to standard error is kept, to find the cause of its end in. */
const KEPT_LINES = 100;
/** What `node --watch` says when the app ended; it waits for an edit and does not end itself. */
const WATCHED_APP_ENDED = /^(Failed|Completed) running /;

/**
 * @typedef {object} Options
 * @property {(line: string) => void} print
 * @property {(app: import('./workspace.cjs').App) => Record<string, string>} env
 * @property {boolean} [watch] restart when a file that the app uses is edited
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
  #print;
  #stopDeadlineMs;

  constructor(app, width, { env, print, watch, stopDeadlineMs }) {
    this.#app = app;
    this.#stopDeadlineMs = stopDeadlineMs;
    this.#print = (line) => print(`${app.style.padEnd(width)} | ${line}`);
    this.#child = spawnGroup(
      process.execPath,
      [
        ...(watch ? ['--watch', '--watch-preserve-output'] : []),
        '--conditions=quartet-source',
        '--enable-source-maps',
        `--require=${HOOK}`,
        'src/server.ts',
      ],
      {
        cwd: app.folder,
        env: { ...process.env, ...env(app), PORT: String(app.port) },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    /** Rejects when the app ends without being told to. */
    this.failed = this.#fails();
    this.failed.catch(() => {}); // it is looked at through Launcher.failure
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
    await stopGroup(this.#child, { deadlineMs: this.#stopDeadlineMs });
  }

  kill() {
    if (this.#child.pid !== undefined) killGroup(this.#child);
  }

  async #fails() {
    await Promise.race([once(this.#child, 'close'), this.#reads()]);
    if (this.#stopping) return new Promise(() => {});
    const what = this.#held ? 'could not start' : 'has ended';
    if (this.#held && this.#held.length > 1) this.showOutput(); // one line is the cause itself
    throw new AppError(`${this.#app.style} ${what}: ${this.#cause()}`);
  }

  /** Passes lines on. Resolves when `node --watch` says that the app ended before it answered. */
  #reads() {
    return new Promise((resolve) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          if (this.#held && WATCHED_APP_ENDED.test(stripVTControlCharacters(line))) {
            // What the app said before is in the other pipe by now, and is read in this turn of the loop.
            return void setImmediate(resolve);
          }
          if (stream === this.#child.stderr && line.trim()) this.#stderr.push(line.trim());
          if (this.#stderr.length > KEPT_LINES) this.#stderr.shift();
          if (this.#held) this.#held.push(line);
          else this.#print(line);
        });
      }
    });
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
