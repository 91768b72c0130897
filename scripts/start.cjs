'use strict';
// npm start (and `pnpm dev`, which adds --watch: an edit restarts the apps that use the file).
// Runs the four apps from source, each on its own SQLite file, until Ctrl-C, SIGTERM or SIGHUP.
// npm hands a signal on to this process and to no other, so this one stops the rest.
const fs = require('node:fs');
const path = require('node:path');
const { once } = require('node:events');
const { parseArgs } = require('node:util');
const { appTable } = require('./lib/app-table.cjs');
const { AppError, Launcher } = require('./lib/launcher.cjs');
const { stopRequest } = require('./lib/stop-request.cjs');
const { APPS, ROOT } = require('./lib/workspace.cjs');

const DATA = path.join(ROOT, 'data');

async function main() {
  const { values } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });
  const launcher = new Launcher(APPS, {
    watch: values.watch,
    print: (line) => console.log(line),
    env: ({ style }) => ({
      DATABASE_URL: process.env.DATABASE_URL || `sqlite:///${path.join(DATA, `${style}.db`)}`,
    }),
  });
  const stop = stopRequest({ again: () => launcher.kill() });
  const told = once(stop, 'abort');
  try {
    fs.mkdirSync(DATA, { recursive: true });
    await Promise.race([launcher.start(), told]);
    if (!stop.aborted) {
      console.log(appTable(APPS));
      await Promise.race([launcher.failure(), told]);
    }
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof AppError ? `npm start: ${error.message}` : error);
  }
  await launcher.stop();
  process.exit();
}

void main();
