'use strict';
// Every generator that a page may name; see `markers.cjs`.
const fs = require('node:fs');
const path = require('node:path');
const { APPS } = require('../workspace.cjs');
const { behaviourTable } = require('./behaviours.cjs');
const { RESULTS, cellTable } = require('./cells.cjs');
const { callTable } = require('./calls.cjs');
const { choiceChart, choiceTable } = require('./choice.cjs');
const { dialectPlaces } = require('./dialect-places.cjs');
const { errorCodes, errorReasons, errorTree } = require('./errors.cjs');
const { fence, languageOf, linesOfCode, queryOf, regionOf } = require('./excerpt.cjs');
const { exportTable } = require('./exports.cjs');
const { gapTable } = require('./gaps.cjs');
const { mistakeTable } = require('./mistakes.cjs');
const { markdownFiles, summaryOf } = require('./pages.cjs');
const { linesThatDiffer } = require('../file-diff.cjs');
const { portedTests } = require('./ported-tests.cjs');
const { statementTable } = require('./statements.cjs');
const { table } = require('./table.cjs');
const { packagesPicture, wingsPicture } = require('./imports.cjs');
const { wayOf } = require('./ways.cjs');

const FILES = ['session.ts', 'models.ts', 'database.ts', 'queries.ts', 'app.ts', 'server.ts'];

const ERRORS = 'packages/db-core/src/errors/errors.ts';

/**
 * @param {string} root
 * @returns {import('./markers.cjs').Generators}
 */
exports.generators = (root) => ({
  /** code FILE [REGION] */
  code: ({ args: [file, region] }) =>
    fence(regionOf(path.join(root, file), region), languageOf(file)),

  /** diff BEFORE AFTER: the whole of a file, with what another has in place of its lines */
  diff: ({ args: [before, after] }) =>
    fence(linesThatDiffer(path.join(root, before), path.join(root, after)), 'diff'),

  /** query APP NAME: one function of an app's queries */
  query: ({ args: [app, name] }) => fence(queryOf(queriesOf(app, root), name)),

  /** operation NAME [body]: the same function in the four styles; `body` leaves its first and last line out */
  operation: ({ file, args: [name, part] }) =>
    APPS.map(({ style, library }) => {
      const target = relative(file, `apps/${style}/src/queries.ts`);
      return `**[${style}](${target})** (\`${library}\`)\n\n${fence(queryOf(queriesOf(style, root), name, part === 'body'))}`;
    }).join('\n'),

  /** picture NAME ALT…: docs/images/NAME-light.png and -dark.png, once they are there */
  picture: ({ file, args: [name, ...alt] }) => {
    const [light, dark] = ['light', 'dark'].map((theme) => `docs/images/${name}-${theme}.png`);
    if (!fs.existsSync(path.join(root, light))) return '';
    return [
      '<picture>',
      ...(fs.existsSync(path.join(root, dark))
        ? [`  <source media="(prefers-color-scheme: dark)" srcset="${relative(file, dark)}">`]
        : []),
      `  <img alt="${alt.join(' ')}" src="${relative(file, light)}">`,
      '</picture>',
    ].join('\n');
  },

  /** lines: how long each file of each app is */
  lines: () => table(['file', ...APPS.map(({ style }) => style)], linesOfApps(root)),

  /** statements ENGINE: what each operation costs */
  statements: ({ args: [engine], previous }) => statementTable(engine, previous),

  /** mistakes types|runs: what the compiler says of the same mistakes, and what happens when they run */
  mistakes: ({ args: [kind] }) => mistakeTable(kind),

  /** costs: what depends on the machine; `npm run docs:costs` alone writes it */
  costs: ({ previous }) => previous,

  /** cells: what came of the CI matrix; `npm run matrix -- --docs` keeps it */
  cells: () => cellTable(JSON.parse(fs.readFileSync(path.join(root, RESULTS), 'utf8'))),

  /** choice table|chart: what speaks for each style */
  choice: ({ args: [kind] }) => (kind === 'chart' ? choiceChart(root) : choiceTable(root)),

  /** gaps: what a style cannot do yet */
  gaps: () => gapTable(),

  /** exports INDEX: what a package exports */
  exports: ({ args: [index] }) => exportTable(path.join(root, index)),

  /** errors: db-core's tree of errors */
  errors: () => errorTree(path.join(root, ERRORS)),

  /** error-codes: every error that a package exports, with its entry on this page */
  'error-codes': ({ file }) => errorCodes(root, fs.readFileSync(path.join(root, file), 'utf8')),

  /** error-reasons: the reasons of an OperationalError, each with its entry on this page */
  'error-reasons': ({ file }) =>
    errorReasons(path.join(root, ERRORS), fs.readFileSync(path.join(root, file), 'utf8')),

  /** ported-tests LIST: what became of each test of a reference */
  'ported-tests': ({ file, args: [list] }) =>
    portedTests(root, list, (target) => relative(file, target)),

  /** calls TOPIC: the articles' calls and ours, as the programs of docs/examples have them */
  calls: ({ args: [topic] }) => callTable(root, topic),

  /** behaviours LIST: what the articles do, and the tests of it */
  behaviours: ({ file, args: [list] }) =>
    behaviourTable(root, list, (target) => relative(file, target)),

  /** packages: who imports whom among the packages */
  packages: () => packagesPicture(root),

  /** wings: who imports whom inside db-core */
  wings: () => wingsPicture(root),

  /** way NAME: a picture of the calls from one end to the other, and where each of them is */
  way: ({ file, args: [name] }) => wayOf(root, name, (target) => relative(file, target)),

  /** dialect-places lists|singles|tests: the places outside a database's folder that name it */
  'dialect-places': ({ file, args: [kind] }) =>
    dialectPlaces(root, kind, (target) => relative(file, target)),

  /** pages FOLDER [titles]: a list of the pages in it, but its README */
  pages: ({ file, args: [folder, only] }) =>
    markdownFiles(root, folder)
      .filter((page) => path.posix.dirname(page) === folder && !page.endsWith('README.md'))
      .map((page) => {
        const { title, sentence } = summaryOf(root, page);
        const link = `- [${title}](${relative(file, page)})`;
        return only === 'titles' ? link : `${link}: ${sentence}`;
      })
      .join('\n'),
});

function linesOfApps(root) {
  const rows = FILES.map((name) => [
    `\`${name}\``,
    ...APPS.map(({ style }) => linesOfCode(path.join(root, 'apps', style, 'src', name))),
  ]);
  const sums = APPS.map((_, i) => rows.reduce((sum, row) => sum + Number(row[i + 1]), 0));
  return [...rows, ['all', ...sums]];
}

function queriesOf(app, root) {
  return path.join(root, 'apps', app, 'src/queries.ts');
}

function relative(from, to) {
  return path.posix.relative(path.posix.dirname(from), to);
}
