'use strict';
// npm start (and `npm run dev`, which adds --watch: an edit restarts the apps that use the file).
// `pnpm dev` in an app's folder adds --only: that app alone, whose port PORT then is.
// Runs the workbench and the four apps from source, each on its own SQLite file, until Ctrl-C, SIGTERM or SIGHUP.
// PORT is the workbench's port; the apps take those behind it.
// npm hands a signal on to this process and to no other, so this one stops the rest.
const path = require('node:path');
const { parseArgs } = require('node:util');
const { firstPort } = require('./lib/first-port.cjs');
const { runApps } = require('./lib/run-apps.cjs');
const { portOf, ROOT, STARTED, startedAt, workspacePackages } = require('./lib/workspace.cjs');

const { values } = parseArgs({
  options: { watch: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const { watch, only } = values;

try {
  const apps = only === undefined ? startedAt(firstPort(process.env.PORT)) : [alone(only)];
  const options = { watch, sources: sourcesOf, data: path.join(ROOT, 'data') };
  void runApps(apps, options).then((code) => process.exit(code));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function alone(style) {
  const others = workspacePackages()
    .filter(({ isApp, short }) => isApp && !STARTED.some((each) => each.style === short))
    .map(({ short, folder }) => ({
      style: short,
      library: 'its own',
      port: portOf(folder) ?? STARTED[0].port,
      folder,
    }));
  const all = [...STARTED, ...others];
  const app = all.find((each) => each.style === style);
  if (!app)
    throw new Error(`--only ${style}: there are ${all.map((each) => each.style).join(', ')}`);
  return { ...app, port: process.env.PORT ? firstPort(process.env.PORT) : app.port };
}

/** The folders whose files an app runs: its own, and those of the packages that it depends on, directly or not. */
function sourcesOf({ folder }) {
  const packages = workspacePackages();
  const byName = new Map(packages.map((each) => [each.manifest.name, each]));
  const used = new Set(packages.filter((each) => each.folder === folder));
  for (const { manifest } of used)
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      const found = byName.get(name);
      if (found) used.add(found);
    }
  return [...used].map((each) => path.join(each.folder, 'src'));
}
