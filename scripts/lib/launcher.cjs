'use strict';
// Runs several apps as one: all are up or none is. Starts them, waits until all answer, and stops
// them all when it is told to; that one has ended it tells its caller.
const { isTaken } = require('./ports.cjs');
const { AppError, RunningApp, answersHealth } = require('./running-app.cjs');

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
    this.#options = options;
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
    const others = `PORT=${port + 100} npm start takes the ports from ${port + 100}`;
    if (taken.length === this.#apps.length && (await allAnswer(taken)))
      throw new AppError(`already running on http://localhost:${port}; ${others}`);
    throw new AppError(
      `${first.style} cannot start: port ${first.port} is taken by another process; ${others}`,
    );
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
