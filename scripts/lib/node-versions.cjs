'use strict';
// Other versions of Node, from the npm package `node`: kept in node_modules/.cache, so that each is fetched once.
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { UsageError } = require('./test-options.cjs');
const { ROOT } = require('./workspace.cjs');

/** The versions that everything is tried on. */
exports.NODES = ['20', '22', '24'];

/** Whether it is the version that runs this. @param {string} major such as `24` */
exports.isOwn = (major) => process.versions.node.split('.')[0] === major;

/**
 * The folder to put first in PATH.
 *
 * @param {string} major
 * @throws UsageError when it cannot be had
 */
function folderOfNode(major) {
  if (exports.isOwn(major)) return path.dirname(process.execPath);
  const prefix = path.join(ROOT, 'node_modules/.cache/quartet-node', major);
  const folder = path.join(prefix, 'node_modules/node/bin');
  if (!fs.existsSync(path.join(folder, 'node'))) {
    console.log(`Taking Node ${major} from npm …`);
    fs.mkdirSync(prefix, { recursive: true });
    fs.writeFileSync(path.join(prefix, 'package.json'), '{ "private": true }');
    const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', `node@${major}`];
    const { status, stderr } = spawnSync('npm', args, { cwd: prefix, encoding: 'utf8' });
    if (status !== 0 || !fs.existsSync(path.join(folder, 'node')))
      throw new UsageError(`Node ${major} cannot be had from npm: ${firstLine(stderr)}`);
  }
  return folder;
}

/** An environment in which `node` and `npm` run on this version. */
exports.withNode = (major, env = process.env) => ({
  ...env,
  PATH: `${folderOfNode(major)}${path.delimiter}${env.PATH}`,
});

function firstLine(text) {
  return text.trim().split('\n')[0] || 'npm has left it out';
}
