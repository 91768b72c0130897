'use strict';
// Where each file of the repository stands on the site: a page of the docs as a page, any other file that a page links to
// as a page that shows it.
const fs = require('node:fs');
const path = require('node:path');
const { markdownFiles } = require('../docs/pages.cjs');

/** Both would be the front page, which is the site's own. */
const ELSEWHERE = { 'README.md': 'overview.md', 'docs/README.md': 'contents.md' };
const OWN = 'docs/site';
const IMAGES = 'docs/images';

/** @returns {string[]} the Markdown files of the repository that are pages of the site */
exports.pagesOf = (root) => markdownFiles(root).filter((file) => !file.startsWith(`${OWN}/`));

/**
 * @param {string} file a page, from the root
 * @returns {string} from the folder of the site's pages
 */
exports.placeOfPage = (file) =>
  ELSEWHERE[file] ?? file.replace(/^docs\//, '').replace(/(^|\/)README\.md$/, '$1index.md');

/** The address of a page, staged or built: without its ending. */
exports.addressOf = (file) => `/${file.replace(/(?:(^|\/)index)?\.(?:md|html)$/, '$1')}`;

/**
 * What a link of a page leads to.
 *
 * @param {string} root
 * @param {string} file from the root
 * @returns {{ place: string, source?: string } | undefined} `source` is a file or folder that has to be shown; undefined
 *   where there is no such file
 */
exports.placeOfLink = (root, file) => {
  const target = path.posix.normalize(file).replace(/\/$/, '');
  const full = path.join(root, target);
  if (!fs.existsSync(full)) return undefined;
  if (target.startsWith(`${IMAGES}/`)) return { place: target.slice('docs'.length) };
  const isFolder = fs.statSync(full).isDirectory();
  const page = isFolder ? path.posix.join(target, 'README.md') : target;
  if (page.endsWith('.md') && fs.existsSync(path.join(root, page)))
    return { place: `/${exports.placeOfPage(page)}` };
  return { place: `/${exports.placeOfSource(target, isFolder)}`, source: target };
};

/**
 * Where a file or folder that is no page is shown.
 *
 * @param {string} file from the root
 * @param {boolean} isFolder
 * @returns {string} from the folder of the site's pages
 */
exports.placeOfSource = (file, isFolder) => {
  const shown = file.replace(/(^|\/)\./g, '$1_'); // VitePress leaves out what begins with a dot
  return `source/${shown}${isFolder ? '/index' : ''}.md`;
};
