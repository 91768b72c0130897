'use strict';
// A copy of this checkout for another Node, with an install of its own: better-sqlite3 is another package there, which would
// take the place of the one that this Node needs. It stands beside the checkout, as a worktree would: within it, the copy
// would find packages that it does not have itself, and Express serves no file below a folder like ~/.cache. It stays, so
// that only the first install takes long.
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { UsageError } = require('./test-options.cjs');
const { ROOT } = require('./workspace.cjs');

/**
 * Makes the copy what the checkout is now: what is not committed is in it, what git ignores is not.
 *
 * @param {string} name
 * @returns {string} its folder, which is this process's own until it ends
 * @throws UsageError where git cannot say which files are the checkout's, where the folder is somebody else's, and while
 *   another process has the copy
 */
exports.copyOfCheckout = (name) => {
  const folder = `${ROOT}-${name}`;
  const aside = path.join(ROOT, 'node_modules/.cache/quartet-matrix');
  fs.mkdirSync(aside, { recursive: true });
  claim(folder, path.join(aside, `${name}.pid`));
  const objects = path.resolve(ROOT, git(ROOT, ['rev-parse', '--git-path', 'objects']));
  const commit = snapshot(path.join(aside, `${name}.index`));
  own(folder);
  // A repository of its own that borrows the objects: nothing is done to this one's branches and worktrees.
  fs.rmSync(path.join(folder, '.git'), { recursive: true, force: true });
  git(folder, ['init', '--quiet']);
  fs.writeFileSync(path.join(folder, '.git/objects/info/alternates'), `${objects}\n`);
  git(folder, ['reset', '--quiet', '--hard', commit]);
  git(folder, ['clean', '--quiet', '-d', '--force']);
  return folder;
};

/** What is in the folder will be overwritten: only what this command has made may be there. */
function own(folder) {
  const mark = path.join(folder, 'node_modules/.copy-of-a-checkout');
  if (fs.existsSync(mark)) return;
  if (fs.existsSync(folder))
    throw new UsageError(
      `${folder} is where a copy of this checkout belongs, and npm run matrix has not made what is there: move it away`,
    );
  fs.mkdirSync(path.dirname(mark), { recursive: true });
  fs.writeFileSync(
    mark,
    'npm run matrix overwrites what is here, and makes it again where it was removed.\n',
  );
}

/** A commit of the files as they are now, on no branch; the checkout's own index stays as it is. */
function snapshot(index) {
  fs.rmSync(index, { force: true });
  const who = { name: 'npm run matrix', email: 'matrix@localhost' };
  const env = {
    GIT_INDEX_FILE: index,
    GIT_AUTHOR_NAME: who.name,
    GIT_AUTHOR_EMAIL: who.email,
    GIT_COMMITTER_NAME: who.name,
    GIT_COMMITTER_EMAIL: who.email,
  };
  git(ROOT, ['add', '--all'], env);
  const tree = git(ROOT, ['write-tree'], env);
  fs.rmSync(index);
  return git(ROOT, ['commit-tree', '-m', 'the checkout as it is', tree], env);
}

/** Two runs in one copy would take the files away under each other. */
function claim(folder, file) {
  const other = fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0;
  if (other > 0 && isAlive(other))
    throw new UsageError(
      `another npm run matrix (process ${other}) uses ${folder}: wait for its end, or stop it`,
    );
  fs.writeFileSync(file, String(process.pid));
  process.on('exit', () => fs.rmSync(file, { force: true }));
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function git(cwd, args, env = {}) {
  // Where npm was started by a hook of git, its variables name another repository.
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...own } = process.env;
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd,
    env: { ...own, ...env },
    encoding: 'utf8',
  });
  if (status === 0) return stdout.trim();
  const why = (stderr ?? '').trim().split('\n')[0] || 'there is no git on this machine';
  throw new UsageError(
    `a cell of another Node runs in a copy of this checkout, which git ${args[0]} cannot make: ${why}`,
  );
}
