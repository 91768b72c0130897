'use strict';
// Links that lead nowhere: to a file that does not exist, or to a heading that a page does not have.
const fs = require('node:fs');
const path = require('node:path');
const { sourceFiles } = require('../ts-module.cjs');
const { workspacePackages } = require('../workspace.cjs');
const { markdownFiles } = require('./pages.cjs');

/** @returns {string[]} a line for each */
exports.brokenLinks = (root) => [
  ...markdownFiles(root).flatMap((file) =>
    linksOf(fs.readFileSync(path.join(root, file), 'utf8'))
      .map((link) => [link, whyBroken(root, file, link)])
      .filter(([, why]) => why)
      .map(([link, why]) => `${file}: the link to ${link} leads nowhere: ${why}`),
  ),
  ...linksInCode(root),
];

/** Pages that code names, as the workbench does: `'docs/concepts/session.md'`. */
function linksInCode(root) {
  return workspacePackages(root).flatMap(({ folder }) => {
    const sources = sourceFiles(folder).filter((file) => file.startsWith('src/'));
    return sources.flatMap((file) => {
      const full = path.join(folder, file);
      const text = fs.readFileSync(full, 'utf8');
      return [...text.matchAll(/['"`](docs\/[\w./-]+\.md(?:#[\w-]+)?)['"`]/g)]
        .map(([, page]) => [page, whyBroken(root, 'README.md', page)])
        .filter(([, why]) => why)
        .map(([page, why]) => `${path.relative(root, full)}: names ${page}: ${why}`);
    });
  });
}

function linksOf(text) {
  const prose = withoutCode(text);
  return [
    ...[...prose.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, target]) => target),
    ...[...prose.matchAll(/\b(?:src|srcset|href)="([^"\s]+)/g)].map(([, target]) => target),
  ].filter((target) => !/^[a-z][a-z+.-]*:/i.test(target));
}

function whyBroken(root, file, link) {
  const [target, anchor] = link.split('#');
  const page = target === '' ? file : path.posix.join(path.posix.dirname(file), decodeURI(target));
  const full = path.join(root, page);
  if (!fs.existsSync(full)) return 'there is no such file';
  if (anchor === undefined || !page.endsWith('.md')) return undefined;
  return headingsOf(fs.readFileSync(full, 'utf8')).includes(anchor)
    ? undefined
    : 'the page has no such heading';
}

/** A heading as GitHub names it in an address, without the number of one that stands there before. */
exports.slugOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

function headingsOf(text) {
  const seen = new Map();
  return [...withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
    const slug = exports.slugOf(heading);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

/** A link, or code, which may look like one. */
const LINK_OR_CODE =
  /^( *)```[\s\S]*?^\1```|(!?)\[((?:`[^`\n]*`|[^[\]`])*)\]\(([^)\s]+)\)|`[^`\n]*`/gm;

/**
 * A page as it stands elsewhere, with its links to files set anew. A link that has no place there becomes plain text.
 *
 * @param {string} text
 * @param {string} file the page, from the root
 * @param {(linked: string, anchor: string | undefined) => string | undefined} placeOf for a file from the root
 */
exports.withLinks = (text, file, placeOf) => {
  const placed = (target) => {
    if (/^(?:[a-z][a-z+.-]*:|#)/i.test(target)) return target;
    const [linked, anchor] = target.split('#');
    const place = placeOf(path.posix.join(path.posix.dirname(file), decodeURI(linked)), anchor);
    return place && (anchor === undefined || place.includes('#') ? place : `${place}#${anchor}`);
  };
  return text
    .replace(LINK_OR_CODE, (whole, _margin, picture, label, target) => {
      if (target === undefined) return whole;
      const place = placed(target);
      return place === undefined ? label : `${picture}[${label}](${place})`;
    })
    .replace(
      /\b(src|srcset|href)="([^"\s]+)"/g,
      (_, name, target) => `${name}="${placed(target) ?? ''}"`,
    );
};

function withoutCode(text) {
  return withoutFences(text).replace(/`[^`\n]*`/g, '');
}

function withoutFences(text) {
  return text.replace(/^( *)```[\s\S]*?^\1```/gm, '');
}
