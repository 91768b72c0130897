'use strict';
// What came of the cells of the CI matrix: kept in a JSON file by `npm run matrix -- --docs`, shown as a table.
const { AXES } = require('../matrix.cjs');
const { table } = require('./table.cjs');

exports.RESULTS = 'docs/ci.json';

/**
 * @typedef {import('../matrix.cjs').Cell & { version: string, passed: number, failed: number, skipped: number,
 *   seconds: number, date: string }} Result
 * @typedef {{ machine: string, cells: Result[] }} Results
 */

/**
 * The results with this one, in the place of what the cell had before. Those of another machine go: their seconds do not compare.
 *
 * @param {Results | undefined} before
 * @param {Result} result
 * @param {string} machine
 * @returns {Results}
 */
exports.recorded = (before, result, machine) => {
  const kept = before?.machine === machine ? before.cells : [];
  const cells = [...kept.filter((cell) => place(cell) !== place(result)), result];
  return { machine, cells: cells.filter(isKnown).sort((a, b) => place(a) - place(b)) };
};

/** @param {Results} results */
exports.cellTable = ({ machine, cells }) => {
  const rows = AXES.style.flatMap((style) =>
    AXES.engine.map((engine) => [
      style,
      engine,
      ...AXES.node.map((node) =>
        shown(cells.find((c) => c.style === style && c.engine === engine && c.node === node)),
      ),
    ]),
  );
  const head = ['style', 'engine', ...AXES.node.map((node) => `Node ${node}`)];
  const versions = [...new Set(cells.map(({ version }) => version))];
  const dates = [...new Set(cells.map(({ date }) => date))].sort();
  return [
    table(head, rows),
    '',
    `Each cell: the tests that passed, and the seconds from the start of its servers to its end. Run on ${[dates[0], dates.at(-1)].filter((date, i, all) => all.indexOf(date) === i).join(' to ')} with Node ${versions.join(', ')}, on ${machine}.`,
  ].join('\n');
};

function shown(cell) {
  if (!cell) return 'not run';
  const { passed, failed, seconds } = cell;
  if (passed + failed === 0) return 'did not run to its end';
  return failed > 0 ? `**${failed} of ${passed + failed} failed**` : `${passed}, ${seconds} s`;
}

/** Where the cell is in the table. */
function place({ style, engine, node }) {
  const { style: styles, engine: engines, node: nodes } = AXES;
  return (
    (styles.indexOf(style) * engines.length + engines.indexOf(engine)) * nodes.length +
    nodes.indexOf(node)
  );
}

function isKnown({ style, engine, node }) {
  return AXES.style.includes(style) && AXES.engine.includes(engine) && AXES.node.includes(node);
}
