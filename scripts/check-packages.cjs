'use strict';
// npm run packages (after a build): packs every package that is to be published and looks at the
// result as its users get it: publint at the manifest and files, arethetypeswrong at the types.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { pack } = require('./lib/packed.cjs');
const { publishedPackages, ROOT } = require('./lib/workspace.cjs');

/** Packages are CommonJS for Node 20.19 and later: older resolution modes are nobody's. */
const ATTW = ['--profile', 'node16', '--no-color', '--no-emoji', '--format', 'table-flipped'];

function run(file, args) {
  const command = path.join(ROOT, 'node_modules/.bin', file);
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  return { ok: status === 0, said: `${stdout}${stderr}`.trim() };
}

/** @returns {string | undefined} what is wrong with the package */
function problemOf(each, scratch) {
  let file;
  try {
    file = pack(each, scratch);
  } catch (error) {
    return error.message;
  }
  for (const check of [run('publint', ['run', file, '--strict']), run('attw', [file, ...ATTW])]) {
    if (!check.ok) return check.said;
  }
}

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'quartet-packages-'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));

for (const each of publishedPackages()) {
  const problem = problemOf(each, scratch);
  if (problem) process.exitCode = 1;
  console.log(`${each.manifest.name}: ${problem ? `\n${problem}\n` : 'ok'}`);
}
