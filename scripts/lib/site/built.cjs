'use strict';
// Links of the built site that lead nowhere: to a page or a picture that is not there, or to a heading that a page has not.
const fs = require('node:fs');
const path = require('node:path');
const { addressOf } = require('./places.cjs');

/**
 * @param {string} dist the built site
 * @returns {string[]} a line for each
 */
exports.brokenOnSite = (dist) => {
  const files = fs
    .readdirSync(dist, { recursive: true })
    .map((file) => file.split(path.sep).join('/'));
  const pages = new Map(
    files
      .filter((file) => file.endsWith('.html'))
      .map((file) => [addressOf(file), fs.readFileSync(path.join(dist, file), 'utf8')]),
  );
  const others = new Set(files.map((file) => `/${file}`));
  const ids = new Map(
    [...pages].map(([address, html]) => [
      address,
      new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)),
    ]),
  );
  return [...pages].flatMap(([address, html]) =>
    [...new Set([...html.matchAll(/\s(?:href|src|srcset)="([^"]+)"/g)].map(([, link]) => link))]
      .map((link) => [link, whyBroken(address, link)])
      .filter(([, why]) => why)
      .map(([link, why]) => `${address}: the link to ${link} leads nowhere: ${why}`),
  );

  function whyBroken(address, link) {
    const { origin, pathname, hash } = new URL(link.replaceAll('&amp;', '&'), `${HERE}${address}`);
    if (origin !== HERE) return undefined;
    const target = decodeURI(pathname);
    if (!pages.has(target)) return others.has(target) ? undefined : 'there is no such page';
    const anchor = decodeURIComponent(hash.slice(1));
    if (anchor === '' || ids.get(target)?.has(anchor)) return undefined;
    return 'the page has no such heading';
  }
};

const HERE = 'http://site.invalid';
