'use strict';
// Child processes that can be stopped for certain: each leads a process group of its own, so that
// a Ctrl-C in the terminal reaches only the parent, which then decides, and a kill reaches them all.
const { spawn } = require('node:child_process');

const HAS_GROUPS = process.platform !== 'win32';

/** @param {import('node:child_process').SpawnOptions} options */
exports.spawnGroup = (file, args, options) =>
  spawn(file, args, { ...options, detached: HAS_GROUPS });

/**
 * Asks the child to end and waits; whoever of its group is left after it, or after the deadline,
 * is killed. Resolves when the child is gone.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ signal?: NodeJS.Signals, deadlineMs: number }} options
 * @returns {Promise<void>}
 */
exports.stopGroup = async (child, { signal = 'SIGTERM', deadlineMs }) => {
  if (child.pid === undefined) return; // it never started
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const deadline = setTimeout(() => exports.killGroup(child), deadlineMs);
    child.kill(signal);
    await ended;
    clearTimeout(deadline);
  }
  exports.killGroup(child);
};

/** SIGKILL for the child and everything it started that is still in its group. */
exports.killGroup = (child) => {
  try {
    if (HAS_GROUPS) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // nobody is left
  }
};
