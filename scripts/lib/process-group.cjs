'use strict';
// Child processes that can be stopped for certain: each leads a process group of its own, so that
// a Ctrl-C in the terminal reaches only the parent, which then decides, and a kill reaches them all.
const { spawn } = require('node:child_process');
const { once } = require('node:events');

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

/**
 * Waits until the child has printed what the pattern matches.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {RegExp} pattern
 * @param {number} deadlineMs
 * @throws {Error} with what it has printed, when it ends before, or the deadline is over
 */
exports.untilSaid = async (child, pattern, deadlineMs) => {
  let said = '';
  const ready = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data) => {
        said += data;
        if (pattern.test(said)) resolve(true);
      });
  });
  const late = AbortSignal.timeout(deadlineMs);
  const began = await Promise.race([
    ready,
    once(child, 'exit', { signal: late }).catch(() => undefined),
  ]);
  if (began !== true) throw new Error(`it has not said ${pattern} in time:\n${said.slice(-3_000)}`);
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
