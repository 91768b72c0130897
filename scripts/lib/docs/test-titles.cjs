'use strict';
// The tests of a file by their titles, read from its text: for tables that name a test which must be there, and run.
const fs = require('node:fs');
const path = require('node:path');

/** Where Jest looks, and the suites that the tests of every app or binding register. */
const RUN = [
  /^(?:(?:apps|packages)\/[^/]+|docs\/examples|scripts)\/test\/.+\.test\.ts$/,
  /^packages\/conformance\/src\/(?:suites|style|binding)\/[^/]+\.ts$/,
];

/** The text right after the opening bracket of a `test(…)` or `test.each(…)(…)`, with a body after it. */
const TITLE = /(\w*)\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"),\s*(?:async )?(?:\(|\w+ =>)/g;
const NOT_RUN = ['describe', 'describeOn', 'skip', 'todo', 'failing', 'xtest', 'xit'];

/**
 * @param {string} root
 * @param {string | undefined} file
 * @param {string | undefined} title as it stands in the file
 * @returns {string} why there is no such test; empty when there is
 */
exports.whyNoTest = (root, file, title) => {
  const full = path.join(root, file ?? '');
  if (!file || !fs.existsSync(full)) return `${file} does not exist`;
  if (!RUN.some((pattern) => pattern.test(file))) return `${file} is run by nobody`;
  const titles = [...fs.readFileSync(full, 'utf8').matchAll(TITLE)]
    .filter(([, called]) => !NOT_RUN.includes(called))
    .map(([, , quoted]) => quoted.slice(1, -1).replace(/\\(.)/g, '$1'));
  return titles.includes(title ?? '') ? '' : `${file} has no test '${title}'`;
};
