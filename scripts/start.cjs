'use strict';
// npm start (and `npm run dev`, which adds --watch: an edit restarts the app, one in a package all of them).
// Runs the workbench and the four apps from source, each on its own SQLite file, until Ctrl-C, SIGTERM or SIGHUP.
// PORT is the workbench's port; the apps take those behind it.
// npm hands a signal on to this process and to no other, so this one stops the rest.
const path = require('node:path');
const { parseArgs } = require('node:util');
const { firstPort } = require('./lib/first-port.cjs');
const { runApps } = require('./lib/run-apps.cjs');
const { ROOT, startedAt, workspacePackages } = require('./lib/workspace.cjs');

const { values } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });

try {
  const apps = startedAt(firstPort(process.env.PORT));
  const sources = workspacePackages()
    .filter(({ isApp }) => !isApp)
    .map(({ folder }) => path.join(folder, 'src'));
  void runApps(apps, { ...values, sources, data: path.join(ROOT, 'data') }).then((code) =>
    process.exit(code),
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
