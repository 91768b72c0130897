'use strict';
// What speaks for each style, from what was measured: a table of figures, and a chart of questions whose ends say in which
// figures a style is among the best. A figure that changes changes both.
const fs = require('node:fs');
const path = require('node:path');
const { APPS } = require('../workspace.cjs');

const STYLES = APPS.map(({ style }) => style);
/** What differs by less may be chance. */
const NOISE = 1.1;

/**
 * @typedef {object} Figure
 * @property {string} what as the table has it
 * @property {string} best as the chart says it of a style that is among the best
 * @property {Record<string, number>} of each style
 * @property {boolean} [moreIsBetter]
 */

/** choice table: the figures, those among the best in bold */
exports.choiceTable = (root) =>
  [
    ['', ...STYLES],
    ['---', ...STYLES.map(() => '---:')],
    ...figures(root).map((figure) => [
      figure.what,
      ...STYLES.map((style) =>
        isAmongBest(figure, style) ? `**${figure.of[style]}**` : String(figure.of[style]),
      ),
    ]),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** choice chart: from questions to styles */
exports.choiceChart = (root) => {
  const all = figures(root);
  const end = (style) => {
    const { library } = /** @type {import('../workspace.cjs').App} */ (
      APPS.find((app) => app.style === style)
    );
    // What all are equally good at helps nobody to choose.
    const told = all.filter(
      (figure) => isAmongBest(figure, style) && !STYLES.every((each) => isAmongBest(figure, each)),
    );
    const lines = [`<b>${style}</b>, ${library}`, ...told.map(({ best }) => best)];
    return `["${lines.join('<br>')}"]`;
  };
  return [
    '```mermaid',
    'flowchart TD',
    '  what{"What do you want to write?"}',
    '  classes{"May your classes know<br>the library?"}',
    '  object{"One db object and the app\'s settings,<br>as Flask-SQLAlchemy has it?"}',
    '  decorators{"Are legacy decorators possible,<br>and welcome?"}',
    `  sql${end('sql-builder')}`,
    `  classical${end('classical')}`,
    `  extension${end('extension')}`,
    `  declarative${end('declarative')}`,
    '  what -->|"SQL, by strings or a builder"| sql',
    '  what -->|"classes"| classes',
    '  classes -->|"no: they work without any database"| classical',
    '  classes -->|"yes"| object',
    '  object -->|"yes"| extension',
    '  object -->|"no: models by themselves"| decorators',
    '  decorators -->|"yes: column and property stand together"| declarative',
    '  decorators -->|"no"| extension',
    '```',
  ].join('\n');
};

/** @returns {Figure[]} */
function figures(root) {
  const read = (file) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));
  const tables = read('docs/comparison.json');
  const { measured } = read('packages/benchmarks/results/full.json');
  const cost = (what) => row(tables.costs, 'what', what);
  return [
    {
      what: 'lines of the whole app',
      best: 'little code',
      of: row(tables.lines, 'file', 'all'),
    },
    {
      what: 'statements of the 14 operations, on PostgreSQL',
      best: 'few statements',
      of: perStyle((style) =>
        sum(tables['statements postgres'].map((each) => parseInt(each[style], 10))),
      ),
    },
    {
      what: 'mistakes that the compiler refuses, of 9',
      best: 'types find much',
      of: perStyle(
        (style) =>
          tables['mistakes types'].filter((each) => each[style].startsWith('refused')).length,
      ),
      moreIsBetter: true,
    },
    ...['GET /users/:id', 'POST /users/:id/messages'].map((route) => ({
      what: `CPU of \`${route}\` on PostgreSQL, µs`,
      best: route.startsWith('GET') ? 'cheap reads' : 'cheap writes',
      of: perStyle((style) => cpuOf(measured, 'postgres', style, route)),
    })),
    {
      what: 'first answer after a start, ms',
      best: 'quick start',
      of: cost('first answer, ms: median of 7 starts'),
    },
    {
      what: 'memory after 300 requests, MB',
      best: 'little memory',
      of: cost('memory after 300 requests, MB'),
    },
    {
      what: 'the library on disk, MB',
      best: 'small library',
      of: cost('what the library brings, MB on disk'),
    },
  ];
}

function isAmongBest({ of, moreIsBetter = false }, style) {
  const values = STYLES.map((each) => of[each]);
  return moreIsBetter
    ? of[style] * NOISE >= Math.max(...values)
    : of[style] <= Math.min(...values) * NOISE;
}

/** The median of what the rounds have measured. */
function cpuOf(measured, engine, style, route) {
  const { samples } = measured.find((each) => each.engine === engine);
  const sorted = samples[style][route].map(({ cpuMicros }) => cpuMicros).toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)]);
}

function row(table, key, value) {
  const found = table.find((each) => each[key] === value);
  if (!found) throw new Error(`docs/comparison.json has no row '${value}'`);
  return perStyle((style) => Number(found[style]));
}

/** @param {(style: string) => number} value @returns {Record<string, number>} */
function perStyle(value) {
  return Object.fromEntries(STYLES.map((style) => [style, value(style)]));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
