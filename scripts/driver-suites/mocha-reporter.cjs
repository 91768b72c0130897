'use strict';
// Writes each test of a mocha suite down as it ends.
const { note } = require('./hook.cjs');

module.exports = class {
  constructor(runner) {
    runner.on('pass', (test) => note({ test: test.fullTitle(), ok: true }));
    runner.on('fail', (test, error) =>
      note({ test: test.fullTitle(), ok: false, error: String(error.stack ?? error) }),
    );
  }
};
