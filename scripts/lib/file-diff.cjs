'use strict';
// What one file, or folder, has differently from another, by git.
const os = require('node:os');
const { spawnSync } = require('node:child_process');

/** More lines than any file has: all of it is shown. */
const ALL_LINES = '--unified=100000';

/**
 * Two files as one, as `diff` writes it: a line of the first alone begins with `-`, of the second alone with `+`. It is the same
 * on every machine: no settings of git are read.
 *
 * @param {string} before
 * @param {string} after
 * @throws Error where they do not differ: then there is nothing to show
 */
exports.linesThatDiffer = (before, after) => {
  const diff = exports.gitDiff([ALL_LINES, '--histogram', '--no-ext-diff', before, after], {
    cwd: os.tmpdir(), // in no repository, whose settings would count
    env: { ...process.env, GIT_CONFIG_GLOBAL: os.devNull, GIT_CONFIG_NOSYSTEM: '1' },
  });
  if (diff === '') throw new Error(`${after} is the same as ${before}`);
  return diff
    .replace(/^[\s\S]*?^@@.*\n/m, '')
    .replace(/ +$/gm, '')
    .trimEnd();
};

/**
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 * @returns {string} nothing where nothing differs
 */
exports.gitDiff = (args, options) => {
  const { stdout, stderr, status } = spawnSync(
    'git',
    ['--no-pager', 'diff', '--no-index', ...args],
    { ...options, encoding: 'utf8' },
  );
  if (status === 0 || status === 1) return stdout;
  const said = (stderr || 'there is no git').split('\n').find((line) => line.trim() !== '');
  throw new Error(`git cannot compare: ${said}`);
};
