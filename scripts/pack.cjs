'use strict';
// npm run pack: builds, and writes a tarball of each package that is to be published to packed/, for `npm install`.
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { pack } = require('./lib/packed.cjs');
const { QUIET, TURBO } = require('./lib/turbo.cjs');
const { publishedPackages, ROOT } = require('./lib/workspace.cjs');

const FOLDER = path.join(ROOT, 'packed');

function main() {
  const packages = publishedPackages();
  build(packages);
  fs.mkdirSync(FOLDER, { recursive: true });
  for (const each of packages) {
    const file = pack(each, FOLDER);
    console.log(`${each.manifest.name}: ${path.relative(ROOT, file)}`);
  }
}

function build(packages) {
  const wanted = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  const { status, stdout, stderr } = spawnSync(TURBO, ['run', 'build', ...wanted], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET },
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`the build has failed\n${stdout}${stderr}`);
}

try {
  main();
} catch (error) {
  console.error(`npm run pack: ${error.message}`);
  process.exitCode = 1;
}
