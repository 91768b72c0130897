'use strict';
// Leaves each package's counts in the folder TEST_RESULTS names, where `npm test` adds them up:
// Jest's own closing lines are per package, and turbo puts a prefix before them.
const fs = require('node:fs');
const path = require('node:path');

module.exports = class CountingReporter {
  #rootDir;

  constructor({ rootDir }) {
    this.#rootDir = rootDir;
  }

  onRunComplete(_contexts, results) {
    const folder = process.env.TEST_RESULTS;
    if (!folder) return;
    const { name } = JSON.parse(fs.readFileSync(path.join(this.#rootDir, 'package.json'), 'utf8'));
    const counts = {
      package: name,
      passed: results.numPassedTests,
      // A file that could not run, or whose afterAll failed, counts as one failed test.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    fs.writeFileSync(path.join(folder, `${process.pid}.json`), JSON.stringify(counts));
  }
};
