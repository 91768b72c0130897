'use strict';
// Starts the apps, prints the table once all answer, and stays until told to stop or one fails.
const fs = require('node:fs');
const path = require('node:path');
const { once } = require('node:events');
const { appTable } = require('./app-table.cjs');
const { AppError, Launcher } = require('./launcher.cjs');
const { stopRequest } = require('./stop-request.cjs');
const { whileWaiting } = require('./while-waiting.cjs');

/**
 * @param {import('./workspace.cjs').App[]} apps
 * @param {object} options
 * @param {string} options.data the folder of the SQLite files, used unless DATABASE_URL is set
 * @param {boolean} [options.watch] restart an app when a file in one of its `sources` is edited
 * @param {(app: import('./workspace.cjs').App) => string[]} [options.sources] default: the app's own `src`
 * @param {number} [options.stopDeadlineMs] an app that has not ended by then is killed; default 10 s
 * @returns {Promise<number>} the exit code, when no process is left
 */
exports.runApps = async (apps, { data, watch, sources, stopDeadlineMs = 10_000 }) => {
  const launcher = new Launcher(apps, {
    watch,
    sources,
    stopDeadlineMs,
    print: (line) => console.log(line),
    env: ({ style }) => databaseSettings(style, data),
  });
  const stop = stopRequest({ again: () => launcher.kill() });
  const told = once(stop, 'abort');
  let code = 0;
  try {
    fs.mkdirSync(data, { recursive: true });
    console.log(`Starting ${apps.map(({ style }) => style).join(', ')} …`);
    const starting = whileWaiting(launcher.start(), (seconds) => {
      const names = launcher.starting.join(', ');
      if (names) console.log(`  after ${seconds} s still starting: ${names}`);
    });
    await Promise.race([starting, told]);
    if (!stop.aborted) {
      console.log(appTable(apps));
      await Promise.race([launcher.failure(), told]);
    }
  } catch (error) {
    code = 1;
    console.error(error instanceof AppError ? error.message : error);
  }
  await launcher.stop();
  return code;
};

/**
 * The app's own SQLite file, with sample data on its first run; or the user's database as it is.
 *
 * @returns {Record<string, string>}
 */
function databaseSettings(style, data) {
  if (process.env.DATABASE_URL) return {};
  return {
    DATABASE_URL: `sqlite:///${path.join(data, `${style}.db`)}`,
    SEED: process.env.SEED || 'on',
  };
}
