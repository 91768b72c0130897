'use strict';
// Tells of edits in folders. Folders are watched, not files: an editor that saves by renaming, `sed -i` and `git checkout`
// put a new file in the place of the old one, which `node --watch` then never hears of again (Linux, Node 20).
const fs = require('node:fs');
const path = require('node:path');

/** Edits that come together are one. */
const SETTLE_MS = 100;

/**
 * @param {string[]} folders with all that is in them; those that are not there are left out
 * @param {() => void} onEdit
 * @returns {() => void} what ends it
 */
exports.watchFolders = (folders, onEdit) => {
  const watchers = new Map();
  let timer;
  const edited = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      look();
      onEdit();
    }, SETTLE_MS);
  };
  const look = () => {
    for (const folder of folders.flatMap(withSubfolders)) {
      if (watchers.has(folder)) continue;
      const watcher = fs.watch(folder, edited).on('error', () => forget(folder));
      watchers.set(folder, watcher);
    }
    for (const folder of watchers.keys()) if (!fs.existsSync(folder)) forget(folder);
  };
  const forget = (folder) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  look();
  return () => {
    clearTimeout(timer);
    for (const folder of watchers.keys()) forget(folder);
  };
};

function withSubfolders(folder) {
  if (!fs.existsSync(folder)) return [];
  const inside = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  const folders = inside.filter((entry) => entry.isDirectory());
  return [
    folder,
    ...folders.map(({ parentPath, path: older, name }) => path.join(parentPath ?? older, name)),
  ];
}
