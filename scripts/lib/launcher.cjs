'use strict';
// Runs several apps from source as one: starts them, waits until all answer, passes their output
// on, and stops them all when one fails or the launcher is told to stop.
const net = require('node:net');
const path = require('node:path');
const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { setTimeout: sleep } = require('node:timers/promises');
const { stripVTControlCharacters } = require('node:util');
const { spawnGroup, stopGroup, killGroup } = require('./process-group.cjs');

const HOOK = path.join(__dirname, '../register.cjs');
const ANSWER_DEADLINE_MS = 60_000;
const KNOCK_EVERY_MS = 100;
/** The apps let running requests finish; after this long they are killed. */
const STOP_DEADLINE_MS = 10_000;
/** What `node --watch` says when the app ended; it waits for an edit and does not end itself. */
const WATCHED_APP_ENDED = /^(Failed|Completed) running /;

/** An app could not be started or has ended: the message is the one line to show. */
class AppError extends Error {}
exports.AppError = AppError;

/**
 * @typedef {{ style: string, port: number, folder: string }} App
 * @typedef {{ print(line: string): void, env(app: App): Record<string, string>, watch?: boolean }} Options
 */

exports.Launcher = class Launcher {
  /** @type {Running[]} */
  #running = [];
  #apps;
  #options;

  /**
   * @param {App[]} apps
   * @param {Options} options
   */
  constructor(apps, options) {
    this.#apps = apps;
    this.#options = options;
  }

  /** Resolves when every app answers. @throws AppError when one cannot start */
  async start() {
    for (const { style, port } of this.#apps) {
      if (await isTaken(port)) {
        throw new AppError(`${style} cannot start: port ${port} is taken by another process`);
      }
    }
    const width = Math.max(...this.#apps.map(({ style }) => style.length));
    this.#running = this.#apps.map((app) => new Running(app, width, this.#options));
    const answered = Promise.all(this.#running.map((running) => running.answers()));
    await Promise.race([answered, this.failure()]);
    for (const running of this.#running) running.showOutput();
  }

  /** Never resolves. @throws AppError when one of the apps ends */
  failure() {
    return Promise.race(this.#running.map((running) => running.failed));
  }

  /** Resolves when no process is left. */
  async stop() {
    await Promise.all(this.#running.map((running) => running.stop()));
  }

  /** For who cannot wait. */
  kill() {
    for (const running of this.#running) running.kill();
  }
};

/** One app's process, its output and its state. */
class Running {
  /** Output is held back until all answer: a failure is then one line, not a page. */
  #held = /** @type {string[] | undefined} */ ([]);
  #stderr = /** @type {string[]} */ ([]);
  #stopping = false;
  #app;
  #child;
  #print;

  constructor(app, width, { env, print, watch }) {
    this.#app = app;
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
    await stopGroup(this.#child, { deadlineMs: STOP_DEADLINE_MS });
  }

  kill() {
    if (this.#child.pid !== undefined) killGroup(this.#child);
  }

  async #fails() {
    await Promise.race([once(this.#child, 'close'), this.#reads()]);
    if (this.#stopping) return new Promise(() => {});
    const said = this.#held ?? [];
    if (said.length > 1) this.showOutput();
    throw new AppError(
      `${this.#app.style} ${this.#held ? 'could not start' : 'has ended'}: ${this.#cause()}`,
    );
  }

  /** Passes lines on. Resolves when `node --watch` says that the app ended before it answered. */
  #reads() {
    return new Promise((resolve) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          if (this.#held && WATCHED_APP_ENDED.test(stripVTControlCharacters(line)))
            return resolve(undefined);
          if (stream === this.#child.stderr && line.trim()) this.#stderr.push(line.trim());
          if (this.#stderr.length > 100) this.#stderr.shift();
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
    return message ?? this.#stderr.at(-1) ?? `it exited with ${signalCode ?? exitCode}`;
  }
}

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

/** @returns {Promise<boolean>} */
function isTaken(port) {
  return new Promise((resolve) => {
    const probe = net.createServer().once('error', () => resolve(true));
    probe.listen(port, () => probe.close(() => resolve(false)));
  });
}
exports.isTaken = isTaken;
