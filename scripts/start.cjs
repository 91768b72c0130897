'use strict';
// npm start (and `pnpm dev`, which adds --watch: an edit restarts the apps that use the file).
// Runs the workbench and the four apps from source, each on its own SQLite file, until Ctrl-C, SIGTERM or SIGHUP.
// npm hands a signal on to this process and to no other, so this one stops the rest.
const path = require('node:path');
const { parseArgs } = require('node:util');
const { runApps } = require('./lib/run-apps.cjs');
const { ROOT, STARTED } = require('./lib/workspace.cjs');

const { values } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });

void runApps(STARTED, { ...values, data: path.join(ROOT, 'data') }).then((code) =>
  process.exit(code),
);
