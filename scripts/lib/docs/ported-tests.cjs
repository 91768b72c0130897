'use strict';
// Each test function of Flask-SQLAlchemy, and what became of it here: a table from a list that is kept by
// hand. A test that the list names must exist by that title, in that file.
const fs = require('node:fs');
const path = require('node:path');
const { whyNoTest } = require('./test-titles.cjs');

/**
 * @typedef {object} Row
 * @property {string} test the reference's function
 * @property {'ported' | 'adapted' | 'not applicable'} status
 * @property {string} [file] where ours is
 * @property {string} [title] as it stands in the file
 * @property {string} [how] what differs, or why there is none
 */

/**
 * @param {string} root
 * @param {string} list a JSON file: `{ tests: { 'test_engine.py': Row[] } }`
 * @param {(file: string) => string} link
 * @throws Error that names every test the list has and the files have not
 */
exports.portedTests = (root, list, link) => {
  const { tests } = JSON.parse(fs.readFileSync(path.join(root, list), 'utf8'));
  const rows = /** @type {[string, Row][]} */ (
    Object.entries(tests).flatMap(([file, each]) => each.map((row) => [file, row]))
  );
  const missing = rows.map(([, row]) => problemOf(root, row)).filter(Boolean);
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const count = (status) => rows.filter(([, row]) => row.status === status).length;
  return [
    `${rows.length} test functions: ${count('ported')} ported, ${count('adapted')} adapted, ${count('not applicable')} not applicable.`,
    '',
    '| reference | here | test, or why there is none |',
    '|---|---|---|',
    ...rows.map(
      ([file, row]) => `| \`${file}\` ${row.test} | ${row.status} | ${answer(row, link)} |`,
    ),
  ].join('\n');
};

/** @param {Row} row */
function answer({ file, title, how }, link) {
  const test = file && `[${escape(title)}](${link(file)})`;
  return [test, how && escape(how)].filter(Boolean).join('; ');
}

/**
 * @param {string} root
 * @param {Row} row
 */
function problemOf(root, row) {
  const { test, status, file, title, how } = row;
  if (status === 'not applicable') return how ? '' : `${test}: no reason is given`;
  if (status !== 'ported' && status !== 'adapted') return `${test}: '${status}' is no status`;
  if (status === 'adapted' && !how) return `${test}: it is not said what differs`;
  const reason = whyNoTest(root, file, title);
  return reason && `${test}: ${reason}`;
}

function escape(text = '') {
  return text.replace(/\|/g, '\\|');
}
