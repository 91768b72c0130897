'use strict';
// Adds up what the counting reporter of packages/testing left for each package.
const fs = require('node:fs');
const path = require('node:path');

/** How many tests are named. */
const SLOWEST = 10;

/** How many lines of a failure's message are shown. */
const MESSAGE_LINES = 30;

/**
 * @param {string} folder
 * @param {{ manifest: { name: string } }[]} packages those that must have left a result
 * @returns {{ passed: number, failed: number, skipped: number, problems: string[] }}
 */
exports.addUp = (folder, packages) => {
  const results = read(folder);
  const total = { passed: 0, failed: 0, skipped: 0, problems: /** @type {string[]} */ ([]) };
  for (const result of results) {
    for (const count of ['passed', 'failed', 'skipped']) total[count] += result[count];
  }
  for (const { manifest } of packages) {
    const own = results.filter((result) => result.package === manifest.name);
    if (own.length === 0) fail(`${manifest.name}: its tests ended without a result`);
    else if (own.every(({ passed, failed }) => passed + failed === 0)) {
      fail(`${manifest.name}: not one test ran`);
    }
  }
  return total;

  function fail(problem) {
    total.failed += 1;
    total.problems.push(problem);
  }
};

/**
 * What failed, with the first lines of its message: the packages' own output is far above by then.
 *
 * @param {string} folder
 * @returns {string[]}
 */
exports.failures = (folder) =>
  read(folder).flatMap((each) =>
    (each.failures ?? []).flatMap(({ title, message }) => [
      `failed: ${each.package} › ${title}`,
      ...message
        .split('\n')
        .slice(0, MESSAGE_LINES)
        .map((line) => `    ${line}`),
    ]),
  );

/**
 * Where the time went: the packages by the sum of their tests, then the slowest tests of all.
 *
 * @param {string} folder
 * @returns {string[]}
 */
exports.times = (folder) => {
  const bySeconds = (a, b) => b.seconds - a.seconds;
  const packages = read(folder).toSorted(bySeconds);
  const slowest = packages.flatMap((each) =>
    each.slowest.map((test) => ({ ...test, title: `${each.package} › ${test.title}` })),
  );
  return [
    `seconds of tests: ${packages.map((each) => `${each.package} ${each.seconds}`).join(', ')}`,
    'the slowest tests:',
    ...slowest
      .sort(bySeconds)
      .slice(0, SLOWEST)
      .map(({ title, seconds }) => `${String(seconds).padStart(7)} s  ${title}`),
  ];
};

function read(folder) {
  return fs
    .readdirSync(folder)
    .map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')));
}
