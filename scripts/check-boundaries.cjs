'use strict';
// npm run boundaries: who may import whom. Fails, a line for each import that breaks a rule.
// Another folder than this workspace: node scripts/check-boundaries.cjs --root DIR
const { parseArgs } = require('node:util');
const { brokenBoundaries } = require('./lib/boundaries.cjs');
const { ROOT } = require('./lib/workspace.cjs');

const { values } = parseArgs({ options: { root: { type: 'string', default: ROOT } } });
const problems = brokenBoundaries(values.root);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log('all imports stay within the boundaries');
