'use strict';
// After an install: gives the workspace the better-sqlite3 that this Node can run. Version 12 aborts on
// Node 24.19 and later; version 13, which needs no compiler, wants the Node-API 10 of Node 22.14. pnpm has one
// version for all, so both are in the lockfile, and where the newer one fits it takes the place of the older.
const { ROOT } = require('./lib/workspace.cjs');
const { settleSqliteDriver } = require('./lib/sqlite-driver.cjs');

settleSqliteDriver(ROOT, Number(process.versions.napi));
