'use strict';
// Leaves each package's counts, what failed, the time of its tests and the slowest of them in the folder TEST_RESULTS names, where `npm test` adds them up:
// Jest's own closing lines are per package, and turbo puts a prefix before them.
const fs = require('node:fs');
const path = require('node:path');
const { stripVTControlCharacters } = require('node:util');

/** How many of a package's slowest tests are left. */
const SLOWEST = 10;

module.exports = class CountingReporter {
  #rootDir;

  constructor({ rootDir }) {
    this.#rootDir = rootDir;
  }

  onRunComplete(_contexts, results) {
    const folder = process.env.TEST_RESULTS;
    if (!folder) return;
    const { name } = JSON.parse(fs.readFileSync(path.join(this.#rootDir, 'package.json'), 'utf8'));
    const tests = results.testResults.flatMap(({ testResults }) =>
      testResults.map(({ fullName, duration }) => ({
        title: fullName,
        seconds: round((duration ?? 0) / 1000),
      })),
    );
    const counts = {
      package: name,
      passed: results.numPassedTests,
      // A file that could not run, or whose afterAll failed, counts as one failed test.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      seconds: round(sum(tests.map(({ seconds }) => seconds))),
      failures: results.testResults.flatMap(failuresOf),
      slowest: tests.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST),
    };
    fs.writeFileSync(path.join(folder, `${process.pid}.json`), JSON.stringify(counts));
  }
};

/** What Jest says of a file that could not run, or of each of its tests that failed. */
function failuresOf({ testFilePath, testExecError, failureMessage, testResults }) {
  if (testExecError)
    return [{ title: testFilePath, message: stripVTControlCharacters(failureMessage ?? '') }];
  return testResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => ({
      title: fullName,
      message: stripVTControlCharacters(failureMessages.join('\n')),
    }));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function round(seconds) {
  return Number(seconds.toFixed(1));
}
