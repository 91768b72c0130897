'use strict';
// The Markdown files of the workspace, and what they are about.
const fs = require('node:fs');
const path = require('node:path');

const SKIPPED = new Set(['node_modules', 'dist', 'data', 'coverage']);

/** @returns {string[]} every Markdown file below `root`, in the order of their names */
exports.markdownFiles = (root, folder = '') =>
  fs
    .readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !SKIPPED.has(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) return exports.markdownFiles(root, file);
      return entry.name.endsWith('.md') ? [file] : [];
    });

/** The title of a page and the first sentence below it. */
exports.summaryOf = (root, file) => {
  const text = fs.readFileSync(path.join(root, file), 'utf8').replace(/<!--[\s\S]*?-->/g, '');
  const [, title] = /^# (.+)$/m.exec(text) ?? [];
  if (!title) throw new Error(`${file} has no title`);
  const paragraph = text
    .slice(text.indexOf(title) + title.length)
    .split(/\n\s*\n/)
    .map((each) => each.trim())
    .find((each) => each !== '' && !/^(#|Date:|Status:)/.test(each));
  return { title, sentence: firstSentence(paragraph ?? '') };
};

function firstSentence(text) {
  const line = text.replace(/\s*\n\s*/g, ' ');
  return /^.*?\.(?=\s|$)/.exec(line)?.[0] ?? line;
}
exports.firstSentence = firstSentence;
