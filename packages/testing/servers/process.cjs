'use strict';
// What both servers need from the operating system: an account, a port, and to know they listen.
const { execFileSync, spawnSync } = require('node:child_process');
const net = require('node:net');

/**
 * @typedef {object} Server
 * @property {import('node:child_process').ChildProcess} child
 * @property {NodeJS.Signals} stopSignal the signal that makes it shut down quickly and cleanly
 * @property {string} url the address of its maintenance database
 */

/** In the address of every server that is started here, so that a test sees whoever prints it. */
exports.PASSWORD = 'never-print-me';

/** How long a server may take until it listens. */
const LISTEN_DEADLINE_MS = 30_000;
const KNOCK_EVERY_MS = 50;

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
 * Resolves when the port answers; rejects when the server ends or the deadline passes before.
 *
 * @returns {Promise<void>}
 */
exports.listening = (port, child) =>
  new Promise((resolve, reject) => {
    const deadline = Date.now() + LISTEN_DEADLINE_MS;
    let gone = false;
    child.once('error', reject);
    child.once('exit', (code) => {
      gone = true;
      reject(new Error(`the server exited with ${code} before it listened`));
    });
    const knock = () => {
      if (gone) return;
      const socket = net.connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve();
      });
      socket.once('error', () => {
        if (Date.now() < deadline) setTimeout(knock, KNOCK_EVERY_MS);
        else reject(new Error(`the server did not listen within ${LISTEN_DEADLINE_MS / 1000} s`));
      });
    };
    knock();
  });
