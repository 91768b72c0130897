'use strict';
// npm run shape: the four apps are one house. Fails, a line for each difference, when they have
// other files or exports than each other, queries in another order than the contract, or READMEs
// with other headings. Another folder than this workspace: node scripts/check-shape.cjs --root DIR
const { parseArgs } = require('node:util');
const { compareApps } = require('./lib/shape.cjs');
const { APPS, ROOT } = require('./lib/workspace.cjs');

/**
 * Where a style really is different. Everything else that differs is drift.
 *
 * @type {import('./lib/shape.cjs').Allowance[]}
 */
const ALLOWANCES = [
  {
    app: 'extension',
    file: 'src/session.ts',
    extra: ['db'],
    reason: 'the extension is one object, which the models are declared on',
  },
  {
    app: 'declarative',
    file: 'src/session.ts',
    extra: ['Base'],
    reason: 'declared models extend one base class, as in the second article',
  },
  {
    app: 'classical',
    file: 'src/database.ts',
    extra: ['dataSource'],
    reason: 'plain classes know no library, so queries go through the data source',
  },
  {
    app: 'sql-builder',
    file: 'src/database.ts',
    extra: ['knex'],
    reason: 'queries begin with the builder, not with a class',
  },
  {
    app: 'sql-builder',
    file: 'src/models.ts',
    extra: ['tables'],
    reason: 'there are no classes: the models are the types of rows, and the tables are said apart',
  },
];

const { values } = parseArgs({ options: { root: { type: 'string', default: ROOT } } });
const problems = compareApps({
  root: values.root,
  apps: APPS.map(({ style }) => style),
  allowances: values.root === ROOT ? ALLOWANCES : [],
});
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`the ${APPS.length} apps have one shape`);
