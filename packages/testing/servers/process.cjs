'use strict';
// What the servers need from the operating system: a program, an account, a port, and to know they are ready.
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');

/**
 * @typedef {object} Server
 * @property {import('node:child_process').ChildProcess} child
 * @property {NodeJS.Signals} stopSignal the signal that makes it shut down quickly and cleanly
 * @property {string} url the address of its maintenance database
 */

/** In the address of every server that is started here, so that a test sees whoever prints it. */
exports.PASSWORD = 'never-print-me';

/** How long a server may take until it is ready, on a machine that has other things to do. */
const READY_DEADLINE_MS = 120_000;
const KNOCK_EVERY_MS = 50;

/** Package managers put servers where PATH often does not look. */
const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The program of this name, where the machine has it. */
exports.find = (name) => {
  const path_ = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return [...path_, ...FOLDERS]
    .map((folder) => path.join(folder, name))
    .find((file) => fs.existsSync(file));
};

/** Database servers refuse to run as root: the first account that exists stands in for it. */
exports.account = (...names) => {
  if (process.getuid?.() !== 0) return {};
  for (const name of names) {
    const uid = spawnSync('id', ['-u', name], { encoding: 'utf8' });
    if (uid.status !== 0) continue;
    const gid = execFileSync('id', ['-g', name], { encoding: 'utf8' });
    return { uid: Number(uid.stdout), gid: Number(gid) };
  }
  throw new Error(`a database server cannot run as root, and there is no account ${names[0]}`);
};

/** Below it nobody gets a port without asking for that one: no client's end of a connection, no `listen(0)`. */
const FIRST_PORT = 12_000;
const PORTS = 15_000;

/**
 * A port that nobody takes while the server that was on it is away for a moment.
 *
 * @param {number} [again] the one it was on
 * @returns {Promise<number>}
 * @throws Error when somebody has taken it all the same
 */
exports.freePort = async (again) => {
  if (again) {
    if (await isFree(again)) return again;
    throw new Error(`port ${again} was taken while the server was away`);
  }
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
};

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = net.createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

/** Runs a command to its end. @throws Error with the end of what it said when it fails */
exports.run = (file, args, options) => {
  const done = spawnSync(file, args, { encoding: 'utf8', ...options });
  if (done.error) throw done.error;
  if (done.status === 0) return;
  throw new Error(`${file} exited with ${done.status}: ${done.stderr.trim().slice(-2000)}`);
};

/**
 * Resolves when somebody can log in: a port is open before the server is ready (PostgreSQL: 57P03, "the database system
 * is starting up"). Rejects when the server ends or the deadline passes before.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => Promise<void>} logIn opens a connection and closes it
 * @returns {Promise<void>}
 */
exports.ready = async (child, logIn) => {
  const deadline = Date.now() + READY_DEADLINE_MS;
  const ended = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the server exited with ${code} before it was ready`)),
    );
  });
  ended.catch(() => undefined); // once it is ready, its end is no longer this function's concern
  for (;;) {
    const late = Date.now() > deadline;
    const refusal = await Promise.race([ended, logIn().then(() => undefined, String)]);
    if (refusal === undefined) return;
    if (late) throw new Error(`not ready within ${READY_DEADLINE_MS / 1000} s: ${refusal}`);
    await Promise.race([ended, delay(KNOCK_EVERY_MS)]);
  }
};
