'use strict';
// Jest's Node environment, which also hears Node's own warnings: inside a test file `process` is a
// copy whose events never fire, so they are carried over to the warning log of the file.
// After a test that took too long, the file ends: that test still runs, and would disturb those after it. The option
// goesOnAfterTimeout is for runs in which tests are meant to hang.
const { TestEnvironment } = require('jest-environment-node');

module.exports = class extends TestEnvironment {
  #forward = (warning) => {
    this.global.__quartetNoteWarning?.(`${warning.name}: ${warning.message}`, warning.stack ?? '');
  };

  #timedOut = false;
  #goesOn;

  constructor(config, context) {
    super(config, context);
    const { goesOnAfterTimeout = false } = config.projectConfig.testEnvironmentOptions;
    this.#goesOn = goesOnAfterTimeout;
  }

  async handleTestEvent({ name, test }) {
    if (name === 'test_done') this.#timedOut ||= test.errors.some(isTimeout);
    if (name === 'test_start' && this.#timedOut && !this.#goesOn) test.mode = 'skip';
  }

  async setup() {
    await super.setup();
    process.on('warning', this.#forward);
  }

  async teardown() {
    process.off('warning', this.#forward);
    await super.teardown();
  }
};

/** @param error as Jest keeps it: what was thrown, here a text, and an error of Jest's own with a stack */
function isTimeout(error) {
  return [error]
    .flat()
    .some((each) => String(each?.message ?? each).startsWith('Exceeded timeout of'));
}
