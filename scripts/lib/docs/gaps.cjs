'use strict';
// The gaps that the apps declare in their conformance tests.
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { APPS, ROOT } = require('../workspace.cjs');

/** As `gapTable` of @quartet/conformance writes it. */
exports.gapTable = () => {
  const declared = APPS.filter(({ folder }) =>
    fs.readFileSync(path.join(folder, 'test/conformance.test.ts'), 'utf8').includes('gaps'),
  );
  if (declared.length > 0)
    throw new Error(
      `${declared.map(({ style }) => style).join(', ')}: gaps are declared now; export them as 'gaps' and read them here`,
    );
  return run("const { gapTable, suites } = require('@quartet/conformance'); gapTable({}, suites)");
};

function run(expression) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      '--conditions=quartet-source',
      `--require=${path.join(ROOT, 'scripts/register.cjs')}`,
      '--print',
      expression,
    ],
    { cwd: APPS[0].folder, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
