'use strict';
// The pages of the site as VitePress takes them: the Markdown files of the repository, with their links set anew, and the
// files that they link to.
const fs = require('node:fs');
const path = require('node:path');
const { fence, languageOf } = require('../docs/excerpt.cjs');
const { withLinks } = require('../docs/links.cjs');
const { pagesOf, placeOfLink, placeOfPage, placeOfSource } = require('./places.cjs');

/** The icon is the debug panel's, as the workbench's is. */
const ICON = 'packages/debug-panel/page/favicon.svg';

/**
 * Writes every page of the site but the reference, and its pictures.
 *
 * @param {string} root
 * @param {string} folder where they go to; it is emptied first
 */
exports.stage = (root, folder) => {
  fs.rmSync(folder, { recursive: true, force: true });
  const write = (place, text) => {
    const target = path.join(folder, place);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, text);
  };
  const sources = new Set();
  for (const page of pagesOf(root)) {
    const text = withLinks(fs.readFileSync(path.join(root, page), 'utf8'), page, (linked) => {
      const { place, source } = placeOfLink(root, linked) ?? {};
      if (source !== undefined) sources.add(source);
      return place;
    });
    write(placeOfPage(page), text);
  }
  for (const source of sources) showSource(source);
  fs.cpSync(path.join(root, 'docs/images'), path.join(folder, 'public/images'), {
    recursive: true,
  });
  fs.copyFileSync(path.join(root, ICON), path.join(folder, 'public/favicon.svg'));
  fs.copyFileSync(path.join(root, 'docs/site/index.md'), path.join(folder, 'index.md'));

  /** A page that shows a file, or lists a folder, whose files it then shows too. */
  function showSource(file) {
    const full = path.join(root, file);
    const isFolder = fs.statSync(full).isDirectory();
    const place = placeOfSource(file, isFolder);
    if (!isFolder) return write(place, fileAsPage(file, fs.readFileSync(full, 'utf8')));
    const entries = fs
      .readdirSync(full, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(({ name }) => path.posix.join(file, name));
    for (const each of entries) if (!sources.has(each) && !each.endsWith('.md')) showSource(each);
    const lines = entries.map(
      (each) => `- [${path.posix.basename(each)}](${placeOfLink(root, each)?.place})`,
    );
    write(place, `${HEAD}# \`${file}\`\n\n${lines.join('\n')}\n`);
  }
};

/** Found by its links, not by the search: the pages say what these files show. */
const HEAD = '---\nsearch: false\noutline: false\n---\n\n';

function fileAsPage(file, text) {
  return `${HEAD}# \`${file}\`\n\n${fence(text.trimEnd(), languageOf(file))}`;
}
