'use strict';
// The documentation as a site: pages and reference are written to docs/site/.pages, and VitePress makes docs/site/dist of them.
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { ROOT } = require('../workspace.cjs');
const { brokenOnSite } = require('./built.cjs');
const { sidebarOf, sidebarOfReference } = require('./navigation.cjs');
const { writeReference } = require('./reference.cjs');
const { stage } = require('./stage.cjs');

const SITE = path.join(ROOT, 'docs/site');

/**
 * @returns {Promise<{ dist: string, problems: string[] }>} a line for each export without a docstring and each link that
 *   leads nowhere
 * @throws {Error} for a page that the navigation does not know, and for packages that do not compile
 */
exports.buildSite = async () => {
  const pages = path.join(SITE, '.pages');
  const sidebar = sidebarOf(ROOT);
  stage(ROOT, pages);
  const { problems, navigation } = await writeReference(await load('typedoc'), {
    root: ROOT,
    tsconfig: path.join(SITE, 'tsconfig.reference.json'),
    folder: path.join(pages, 'api'),
  });
  // Beside the pages, for VitePress's configuration.
  fs.writeFileSync(
    path.join(pages, 'sidebar.json'),
    JSON.stringify({ '/': sidebar, '/api/': sidebarOfReference(navigation) }),
  );
  const { build } = await load('vitepress');
  await build(SITE, { logLevel: 'error' });
  const dist = path.join(SITE, 'dist');
  return { dist, problems: [...problems, ...brokenOnSite(dist)] };
};

/** What the site's own package depends on. */
async function load(name) {
  return await import(pathToFileURL(require.resolve(name, { paths: [SITE] })).href);
}
