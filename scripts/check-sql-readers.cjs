'use strict';
// npm run boundaries: one reader of SQL. Fails, a line for each place outside db-core/src/sql that looks into a statement.
// Another folder than this workspace: node scripts/check-sql-readers.cjs --root DIR
const { parseArgs } = require('node:util');
const { strayReaders } = require('./lib/sql-readers.cjs');
const { ROOT } = require('./lib/workspace.cjs');

const { values } = parseArgs({ options: { root: { type: 'string', default: ROOT } } });
const problems = strayReaders(values.root);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log('what a statement is, src/sql alone says');
