'use strict';
// Jest's Node environment, which also hears Node's own warnings: inside a test file `process` is a
// copy whose events never fire, so they are carried over to the warning log of the file.
const { TestEnvironment } = require('jest-environment-node');

module.exports = class extends TestEnvironment {
  #forward = (warning) => {
    this.global.__quartetNoteWarning?.(`${warning.name}: ${warning.message}`, warning.stack ?? '');
  };

  async setup() {
    await super.setup();
    process.on('warning', this.#forward);
  }

  async teardown() {
    process.off('warning', this.#forward);
    await super.teardown();
  }
};
