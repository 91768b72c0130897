'use strict';
// What each operation costs in each style: the apps' own queries, run once on fixed rows, counted by
// the recorder. A database that is not on this machine keeps the table it has.
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { addressVariable, startServer } = require('@quartet/testing/servers');
const { APPS, ROOT } = require('../workspace.cjs');

/** @type {Map<string, Promise<Record<string, Record<string, string>> | undefined>>} */
const measured = new Map();

/**
 * @param {string} engine sqlite, postgres or mariadb
 * @param {string} previous the table to keep where the database is not at hand
 */
exports.statementTable = async (engine, previous) => {
  if (!measured.has(engine)) measured.set(engine, measure(engine));
  const styles = await measured.get(engine);
  if (!styles) return previous;
  const names = Object.keys(styles[APPS[0].style]);
  const rows = names.map((name) => [
    `\`${name}\``,
    ...APPS.map(({ style }) => styles[style][name]),
  ]);
  return [['operation', ...APPS.map(({ style }) => style)], Array(5).fill('---'), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
};

async function measure(engine) {
  if (engine === 'sqlite') return measureOn(engine, {});
  const variable = addressVariable(engine);
  if (process.env[variable]) return measureOn(engine, {});
  let server;
  try {
    server = await startServer(engine);
  } catch (error) {
    console.log(`${engine}: its table stays as it is, ${error.message}`);
    return undefined;
  }
  try {
    return await measureOn(engine, { [variable]: server.url });
  } finally {
    await server.stop();
  }
}

async function measureOn(engine, env) {
  const styles = {};
  for (const { style } of APPS) styles[style] = await countFor(style, engine, env);
  return styles;
}

async function countFor(style, engine, env) {
  const child = spawn(
    process.execPath,
    [
      '--conditions=quartet-source',
      `--require=${path.join(ROOT, 'scripts/register.cjs')}`,
      path.join(__dirname, 'count-statements.cjs'),
      style,
      engine,
    ],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${style} could not be measured on ${engine}`);
  return JSON.parse(out);
}
