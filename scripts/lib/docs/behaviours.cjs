'use strict';
// What the articles do, row by row, and whether it is so here: a table from a list that is kept by hand. Each row names
// a test, which must exist and run.
const fs = require('node:fs');
const path = require('node:path');
const { whyNoTest } = require('./test-titles.cjs');

const STATES = ['as written', 'on purpose otherwise'];

/**
 * @typedef {object} Behaviour
 * @property {number} row
 * @property {string} in the articles
 * @property {string} does
 * @property {string} here one of STATES
 * @property {string} file of the test
 * @property {string} test its title, as it stands in the file
 * @property {string} [why] what is otherwise, and the reason
 */

/**
 * @param {string} root
 * @param {string} list a JSON file: `{ rows: 83, groups: { 'The engine': Behaviour[] } }`
 * @param {(file: string) => string} link
 * @throws Error that names every row that is missing, has no state, or names a test that does not run
 */
exports.behaviourTable = (root, list, link) => {
  const { rows, groups } = JSON.parse(fs.readFileSync(path.join(root, list), 'utf8'));
  /** @type {Behaviour[]} */
  const all = Object.values(groups).flat();
  const problems = [...missing(rows, all), ...all.map((each) => problemOf(root, each))].filter(
    Boolean,
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const count = (state) => all.filter(({ here }) => here === state).length;
  return [
    `${rows} behaviours: ${STATES.map((state) => `${count(state)} ${state}`).join(', ')}.`,
    ...Object.entries(groups).flatMap(([title, behaviours]) => [
      '',
      `### ${title}`,
      '',
      '| | in | the articles | here | test |',
      '|---|---|---|---|---|',
      ...behaviours.map((each) => rowOf(each, link)),
    ]),
  ].join('\n');
};

function rowOf({ row, does, here, file, test, why, in: articles }, link) {
  const state = why ? `${here}: ${why}` : here;
  const cells = [row, articles, does, state, `[${test}](${link(file)})`];
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Rows that are in no group, and rows that are there twice. */
function missing(rows, all) {
  const numbers = all.map(({ row }) => row);
  const expected = Array.from({ length: rows }, (_, index) => index + 1);
  return [
    ...expected.filter((row) => !numbers.includes(row)).map((row) => `row ${row} is missing`),
    ...numbers
      .filter((row, index) => numbers.indexOf(row) !== index || !expected.includes(row))
      .map((row) => `row ${row} is one too many`),
  ];
}

/**
 * @param {string} root
 * @param {Behaviour} behaviour
 */
function problemOf(root, behaviour) {
  const { row, here, file, test, why } = behaviour;
  if (!STATES.includes(here)) return `row ${row}: '${here}' is none of: ${STATES.join(', ')}`;
  if (here !== STATES[0] && !why) return `row ${row}: it is not said why`;
  const reason = whyNoTest(root, file, test);
  return reason && `row ${row}: ${reason}`;
}
