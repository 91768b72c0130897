'use strict';
// Runs several apps as one: all are up or none is. Starts them, waits until all answer, and stops
// them all when it is told to; that one has ended it tells its caller.
const { isTaken } = require('./ports.cjs');
const { AppError, RunningApp, answersHealth } = require('./running-app.cjs');

/** Between the ports that are proposed. */
const PORTS_APART = 100;

exports.AppError = AppError;

exports.Launcher = class Launcher {
  /** @type {RunningApp[]} */
  #running = [];
  #stopped = false;
  #apps;
  #options;

  /**
   * @param {import('./workspace.cjs').App[]} apps
   * @param {import('./running-app.cjs').Options} options
   */
  constructor(apps, options) {
    this.#apps = apps;
    this.#options = { ...options, told: new Map() };
  }

  /** The names of those that do not answer yet, but for those that wait for an edit. */
  get starting() {
    return this.#running
      .filter(({ isUp, isBroken }) => !isUp && !isBroken)
      .map(({ style }) => style);
  }

  /** Resolves when every app answers. @throws AppError when one cannot start */
  async start() {
    await this.#needsPorts();
    if (this.#stopped) return;
    const width = Math.max(...this.#apps.map(({ style }) => style.length));
    this.#running = this.#apps.map((app) => new RunningApp(app, width, this.#options));
    const answered = Promise.all(this.#running.map((running) => running.answers()));
    await Promise.race([answered, this.failure()]);
    for (const running of this.#running) running.showOutput();
  }

  /** @throws AppError where a port is taken: by these apps themselves, or by something else */
  async #needsPorts() {
    const taken = [];
    for (const app of this.#apps) if (await isTaken(app.port)) taken.push(app);
    const [first] = taken;
    if (!first) return;
    const { port } = this.#apps[0];
    const free = await this.#freePorts(port + PORTS_APART);
    const others = `PORT=${free} npm start takes the ports from ${free}`;
    if (taken.length === this.#apps.length && (await allAnswer(taken)))
      throw new AppError(`already running on http://localhost:${port}; ${others}`);
    const owner = await whoAnswers(first.port);
    const by = owner ? `the ${owner} app of another start` : 'another process';
    throw new AppError(
      `${first.style} cannot start: port ${first.port} is taken by ${by}; ${others}`,
    );
  }

  /** From which port on there is room for all, counted in steps from `from`. */
  async #freePorts(from) {
    for (let port = from; port < 65_536 - this.#apps.length; port += PORTS_APART) {
      const taken = await Promise.all(this.#apps.map((_, index) => isTaken(port + index)));
      if (!taken.includes(true)) return port;
    }
    return from;
  }

  /** Never resolves. @throws AppError when one of the apps ends */
  failure() {
    return Promise.race(this.#running.map((running) => running.failed));
  }

  /** Resolves when no process is left. */
  async stop() {
    this.#stopped = true;
    await Promise.all(this.#running.map((running) => running.stop()));
  }

  /** For who cannot wait. */
  kill() {
    for (const running of this.#running) running.kill();
  }
};

async function allAnswer(apps) {
  const answers = await Promise.all(apps.map(({ port }) => answersHealth(port)));
  return answers.every(Boolean);
}

/**
 * Which of ours answers on a port: `extension`; undefined for anything else.
 *
 * @returns {Promise<string | undefined>}
 */
async function whoAnswers(port) {
  const home = await askJson(`http://127.0.0.1:${port}/`);
  if (typeof home?.style === 'string') return home.style;
  const bench = await askJson(`http://127.0.0.1:${port}/api/bench`);
  return Array.isArray(bench?.scenarios) ? 'workbench' : undefined;
}

async function askJson(url) {
  try {
    const signal = AbortSignal.timeout(2_000);
    const answer = await fetch(url, { headers: { Accept: 'application/json' }, signal });
    return /** @type {any} */ (await answer.json());
  } catch {
    return undefined; // it speaks another language
  }
}
