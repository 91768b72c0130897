'use strict';
// What is in this workspace: its root, its packages, and the apps that `npm start` runs.
const fs = require('node:fs');
const path = require('node:path');

exports.ROOT = path.join(__dirname, '../..');

/**
 * The apps of the four styles, in the order in which they always stand.
 *
 * @typedef {{ style: string, library: string, port: number, folder: string }} App
 * @type {App[]}
 */
exports.APPS = [
  { style: 'extension', library: 'sequelize', port: 4101 },
  { style: 'declarative', library: 'sequelize-typescript', port: 4102 },
  { style: 'classical', library: 'typeorm', port: 4103 },
  { style: 'sql-builder', library: 'knex', port: 4104 },
].map(inItsFolder);

/**
 * What `npm start` runs, in the order of the table that it prints: the workbench first.
 *
 * @type {App[]}
 */
exports.STARTED = [
  inItsFolder({ style: 'workbench', library: 'all four side by side', port: 4100 }),
  ...exports.APPS,
];

/**
 * Where an app listens by default, by its `server.ts`; undefined where it has none that says so.
 *
 * @param {string} folder
 * @returns {number | undefined}
 */
exports.portOf = (folder) => {
  const server = path.join(folder, 'src/server.ts');
  if (!fs.existsSync(server)) return undefined;
  const [, port] = /\bport: (\d+)/.exec(fs.readFileSync(server, 'utf8')) ?? [];
  return port === undefined ? undefined : Number(port);
};

/**
 * The same on other ports: `first`, and those that follow it.
 *
 * @param {number} first
 */
exports.startedAt = (first) =>
  exports.STARTED.map((app, index) => ({ ...app, port: first + index }));

/**
 * Every package of the workspace: apps, packages, the examples of the docs, and this folder.
 *
 * @typedef {{ short: string, isApp: boolean, folder: string, manifest: any }} Package
 * @param {string} [root]
 * @returns {Package[]}
 */
exports.workspacePackages = (root = exports.ROOT) =>
  [
    ...inside(root, 'apps'),
    ...inside(root, 'packages'),
    ...inside(root, 'docs'),
    path.join(root, 'scripts'),
  ]
    .filter((folder) => fs.existsSync(path.join(folder, 'package.json')))
    .map((folder) => ({
      short: path.basename(folder),
      isApp: path.basename(path.dirname(folder)) === 'apps',
      folder,
      manifest: JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')),
    }));

/**
 * Those that are made for a registry.
 *
 * @param {string} [root]
 */
exports.publishedPackages = (root) =>
  exports.workspacePackages(root).filter(({ manifest }) => !manifest.private);

/**
 * What may be imported from a package: each entry of its `exports` that is a module.
 *
 * @param {Package} each
 * @returns {{ name: string, file: string }[]} as it is imported, and its source
 */
exports.sourceEntries = ({ folder, manifest }) =>
  Object.entries(manifest.exports).flatMap(([entry, { 'quartet-source': source }]) =>
    source
      ? [{ name: path.posix.join(manifest.name, entry), file: path.join(folder, source) }]
      : [],
  );

function inItsFolder(app) {
  return { ...app, folder: path.join(exports.ROOT, 'apps', app.style) };
}

function inside(root, kind) {
  const parent = path.join(root, kind);
  return fs.existsSync(parent) ? fs.readdirSync(parent).map((name) => path.join(parent, name)) : [];
}
