'use strict';
// The processes that a process has started.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');

/**
 * @param {number} parent
 * @returns {number[]}
 */
exports.childrenOf = (parent) => {
  const list = fs.existsSync('/proc/self/stat') ? fromProc() : fromPs();
  return list.filter(([, ppid]) => ppid === parent).map(([pid]) => pid);
};

/** Every process and its parent. A bare Linux has no `ps`, other systems no `/proc`. */
function fromProc() {
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
      // pid (command, which may hold anything) state ppid …
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

function fromPs() {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim();
  return lines.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
}
