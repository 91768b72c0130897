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

function inItsFolder(app) {
  return { ...app, folder: path.join(exports.ROOT, 'apps', app.style) };
}

function inside(root, kind) {
  const parent = path.join(root, kind);
  return fs.existsSync(parent) ? fs.readdirSync(parent).map((name) => path.join(parent, name)) : [];
}
