'use strict';
// One app run from source: its process, its output, and whether it answers.
const fs = require('node:fs');
const path = require('node:path');
const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { setTimeout: sleep } = require('node:timers/promises');
const { spawnGroup, stopGroup, killGroup } = require('./process-group.cjs');
const { watchFolders } = require('./watch-folders.cjs');
const { ROOT } = require('./workspace.cjs');

const HOOK = path.join(__dirname, '../register.cjs');
const ANSWER_DEADLINE_MS = 60_000;
const KNOCK_EVERY_MS = 100;
/** How much of what an app said to standard error is kept, to find the cause of its end in. */
const KEPT_LINES = 100;
/** Within this time apps end of one edit. */
const SAME_EDIT_MS = 10_000;
/** Errors that are about a file: their line says more than their stack. */
const OF_A_FILE = /^SyntaxError|Cannot find module/;
/**
 * @typedef {object} Options
 * @property {(line: string) => void} print
 * @property {(app: import('./workspace.cjs').App) => Record<string, string>} env
 * @property {boolean} [watch] restart when a file in one of `sources` is edited
 * @property {(app: import('./workspace.cjs').App) => string[]} [sources] default: the app's own `src`
 * @property {Map<string, number>} [told] causes that an app has told, and when: a broken file of all of them is told once
 * @property {number} stopDeadlineMs an app finishes its requests when told to stop; then it is killed
 */

/** An app could not be started or has ended: the message is the one line to show. */
class AppError extends Error {}
exports.AppError = AppError;

exports.RunningApp = class RunningApp {
  /** Whether it answers. */
  isUp = false;
  /** Whether it has ended of a mistake in a file, and waits for the next edit. */
  isBroken = false;
  /** Whether all have answered once. */
  #started = false;
  /** Output is held back until all answer, and after an edit until this one does: a failure is then a line, not a page. */
  #held = /** @type {string[] | undefined} */ ([]);
  #stderr = /** @type {string[]} */ ([]);
  #stopping = false;
  #app;
  #child;
  #env;
  #print;
  #told;
  #stopDeadlineMs;
  /** Resolves at the next edit. */
  #edited = deferred();
  #unwatch = () => {};

  constructor(app, width, options) {
    const { env, print, watch, stopDeadlineMs, told = new Map() } = options;
    const { sources = ({ folder }) => [path.join(folder, 'src')] } = options;
    this.style = app.style;
    this.#told = told;
    this.#app = app;
    this.#env = env(app);
    this.#stopDeadlineMs = stopDeadlineMs;
    this.#print = (line) => print(`${app.style.padEnd(width)} | ${line}`);
    this.#child = this.#spawn();
    if (watch) this.#unwatch = watchFolders(sources(app), () => this.#edited.resolve());
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

  /** Resolves when it does; one that is broken is given the time that its correction takes. */
  async answers() {
    let deadline = Date.now() + ANSWER_DEADLINE_MS;
    while (Date.now() < deadline && !this.#stopping) {
      if (this.isBroken) deadline = Date.now() + ANSWER_DEADLINE_MS;
      else if (await answersHealth(this.#app.port)) {
        this.isUp = true;
        return;
      }
      await sleep(KNOCK_EVERY_MS);
    }
    if (this.#stopping) return;
    throw new AppError(`${this.#app.style} did not answer within ${ANSWER_DEADLINE_MS / 1000} s`);
  }

  /** Where it listens the table says. */
  showOutput() {
    const own = `${this.#app.style}  http://`;
    for (const line of this.#held ?? []) if (!line.startsWith(own)) this.#print(line);
    this.#held = undefined;
    this.#started = true;
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
      // Before its first answer, an end that no edit could mend is its last: of a database that cannot be reached.
      if (ended && !this.#started && !this.#brokenLine()) return await this.#fails();
      if (ended) this.#tellEnd();
      await this.#edited.promise;
      this.isBroken = false;
      this.#edited = deferred();
      if (!ended) await stopGroup(this.#child, { deadlineMs: this.#stopDeadlineMs });
      if (this.#stopping) return new Promise(() => {});
      this.#stderr = [];
      this.#held = [];
      this.#child = this.#spawn();
      void this.#tellWhenUp(this.#child, Date.now());
    }
  }

  async #tellWhenUp(child, began) {
    while (child === this.#child && child.exitCode === null && child.signalCode === null) {
      if (await answersHealth(this.#app.port)) {
        if (child !== this.#child || this.#stopping) return;
        this.#print(`up again after ${((Date.now() - began) / 1_000).toFixed(1)} s`);
        this.showOutput();
        return;
      }
      await sleep(KNOCK_EVERY_MS);
    }
  }

  /** A mistake is told with its line, and once where several apps have the file. */
  #tellEnd() {
    this.#held = undefined;
    this.isBroken = true;
    const cause = this.#cause();
    const toldAt = this.#told.get(cause) ?? -Infinity;
    this.#told.set(cause, Date.now());
    if (Date.now() - toldAt < SAME_EDIT_MS) {
      this.#print('has ended of the same.');
      return;
    }
    const line = this.#brokenLine();
    if (line) this.#print(line);
    this.#print(`has ended: ${cause}. It starts again when a file is saved.`);
  }

  async #fails() {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      await once(this.#child, 'close');
    if (this.#stopping) return new Promise(() => {});
    const what = this.#held ? 'could not start' : 'has ended';
    const line = this.#brokenLine();
    if (this.#held && line && OF_A_FILE.test(this.#cause())) this.#print(line);
    else if (this.#held && this.#held.length > 1) this.showOutput(); // one line is the cause itself
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

  /** The line of our own code that an uncaught error came from: `apps/extension/src/queries.ts:20: const = 3;`. */
  #brokenLine() {
    const frame = this.#stderr.find(
      (line) => line.startsWith('at ') && !/node_modules|node:/.test(line),
    );
    const [, file, line] = /\(?(\/[^()]+?):(\d+)(?::\d+)?\)?$/.exec(frame ?? '') ?? [];
    if (file === undefined || !fs.existsSync(file)) return undefined;
    const text = fs.readFileSync(file, 'utf8').split('\n')[Number(line) - 1] ?? '';
    return `${path.relative(ROOT, file)}:${line}: ${text.trim()}`;
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
