'use strict';
// Runs several apps as one: all are up or none is. Starts them, waits until all answer, and stops
// them all when it is told to; that one has ended it tells its caller.
const { isTaken } = require('./ports.cjs');
const { AppError, RunningApp } = require('./running-app.cjs');

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
    for (const { style, port } of this.#apps) {
      if (await isTaken(port)) {
        throw new AppError(`${style} cannot start: port ${port} is taken by another process`);
      }
    }
    if (this.#stopped) return;
    const width = Math.max(...this.#apps.map(({ style }) => style.length));
    this.#running = this.#apps.map((app) => new RunningApp(app, width, this.#options));
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
    this.#stopped = true;
    await Promise.all(this.#running.map((running) => running.stop()));
  }

  /** For who cannot wait. */
  kill() {
    for (const running of this.#running) running.kill();
  }
};
