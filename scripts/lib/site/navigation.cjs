'use strict';
// The order in which the site shows its pages. The reference has its own, by packages.
const path = require('node:path');
const { summaryOf } = require('../docs/pages.cjs');
const { addressOf, pagesOf, placeOfPage } = require('./places.cjs');

/**
 * `pages` stand as they are named; `folder` is every page of a folder that no group names.
 *
 * @type {{ text: string, pages?: string[], folder?: string, deep?: boolean }[]}
 */
const GROUPS = [
  {
    text: 'Start here',
    pages: [
      'README.md',
      'docs/start.md',
      'docs/choose.md',
      'docs/comparison.md',
      'docs/workbench.md',
    ],
  },
  {
    text: 'Workshop',
    pages: ['docs/workshop/README.md', 'docs/workshop/teaching.md'],
    folder: 'docs/workshop',
    deep: true,
  },
  {
    text: 'Concepts',
    pages: ['engine', 'session', 'scope-and-teardown', 'transactions'].map(
      (page) => `docs/concepts/${page}.md`,
    ),
    folder: 'docs/concepts',
  },
  {
    text: 'From Flask',
    pages: ['docs/from-flask.md', 'docs/flask-sqlalchemy.md', 'docs/articles.md'],
  },
  { text: 'Before and after', folder: 'docs/before-and-after' },
  { text: 'Recipes', folder: 'docs/recipes', pages: ['docs/real-world.md'] },
  {
    text: 'Operations',
    pages: [
      'docs/errors.md',
      'docs/growing.md',
      'docs/observability.md',
      'docs/debug-panel.md',
      'docs/benchmarks.md',
    ],
  },
  { text: 'Apps', folder: 'apps', deep: true },
  { text: 'Packages', folder: 'packages', deep: true },
  {
    text: 'How it is built',
    pages: ['docs/architecture.md', 'docs/driver-suites.md', 'docs/ci.md', 'CONTRIBUTING.md'],
  },
  { text: 'Decisions', pages: ['docs/decisions/README.md'], folder: 'docs/decisions' },
];

/** Reached by its own link in the head of each page. */
const ELSEWHERE = ['docs/README.md'];

/**
 * @param {string} root
 * @returns {{ text: string, collapsed: boolean, items: { text: string, link: string }[] }[]} as VitePress takes a sidebar
 * @throws Error for a page that stands in no group: a reader would not find it
 */
exports.sidebarOf = (root) => {
  const named = new Set([...ELSEWHERE, ...GROUPS.flatMap(({ pages = [] }) => pages)]);
  const left = new Set(pagesOf(root).filter((page) => !named.has(page)));
  const groups = GROUPS.map(({ text, pages = [], folder, deep = false }) => {
    const others = [...left].filter((page) => isIn(page, folder, deep));
    for (const page of others) left.delete(page);
    const items = [...pages, ...others].map((page) => ({
      text: summaryOf(root, page).title.replaceAll('`', ''),
      link: addressOf(placeOfPage(page)),
    }));
    return { text, collapsed: true, items };
  });
  if (left.size > 0)
    throw new Error(
      `The site's navigation has no place for ${[...left].join(', ')}: add it to a group of scripts/lib/site/navigation.cjs.`,
    );
  return groups;
};

function isIn(page, folder, deep) {
  if (folder === undefined) return false;
  return deep ? page.startsWith(`${folder}/`) : path.posix.dirname(page) === folder;
}

/**
 * @param {{ title: string, path?: string | null, children?: any[] }[]} entries as TypeDoc lists the pages of the reference
 * @returns {object[]} as VitePress takes a sidebar
 */
exports.sidebarOfReference = (entries) =>
  entries.map(({ title, path: page, children }) => ({
    text: title,
    ...(page ? { link: addressOf(`api/${page}`) } : {}),
    ...(children ? { collapsed: true, items: exports.sidebarOfReference(children) } : {}),
  }));
