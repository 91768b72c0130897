'use strict';
// Where each driver's suite has its files, and which of its modules stand for the driver.

/**
 * @typedef {object} Suite
 * @property {'postgres' | 'mariadb' | 'sqlite'} engine
 * @property {RegExp} files paths from the folder of the checked out repository
 * @property {string} cwd
 * @property {Record<string, string>} entries the driver's modules in the suite, by the name that the hook knows
 * @property {'script' | 'mocha' | 'tsx'} runner
 */

/** @type {Record<string, Suite>} */
exports.SUITES = {
  pg: {
    engine: 'postgres',
    files: /^packages\/pg\/test\/integration\/.*-tests\.js$/,
    cwd: 'packages/pg',
    entries: { 'packages/pg/lib/index.js': 'pg', 'packages/pg/lib/client.js': 'pg/lib/client' },
    runner: 'script',
  },
  'pg-pool': {
    engine: 'postgres',
    files: /^packages\/pg-pool\/test\/(?!setup)[^/]+\.js$/,
    cwd: 'packages/pg-pool',
    entries: { 'packages/pg-pool/index.js': 'pg-pool', 'packages/pg/lib/index.js': 'pg' },
    runner: 'mocha',
  },
  mysql2: {
    engine: 'mariadb',
    files: /^test\/integration\/.*\.test\.mjs$/,
    cwd: '.',
    entries: { 'index.js': 'mysql2', 'promise.js': 'mysql2/promise' },
    runner: 'script',
  },
  sqlite3: {
    engine: 'sqlite',
    files: /^test\/[^/]+\.test\.js$/,
    cwd: '.',
    entries: { 'lib/sqlite3.js': 'sqlite3' },
    runner: 'mocha',
  },
};
