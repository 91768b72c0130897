'use strict';
// npm run docs: writes the generated parts of every Markdown file (they stand between
// `<!-- generated: … -->` and `<!-- end -->`). npm run docs:check writes nothing: it fails, a line
// for each, when a part is not what it would be now, or when a link leads nowhere.
// Another folder than this workspace: node scripts/docs.cjs --root DIR
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { generators } = require('./lib/docs/generators.cjs');
const { brokenLinks } = require('./lib/docs/links.cjs');
const { rewrite } = require('./lib/docs/markers.cjs');
const { markdownFiles } = require('./lib/docs/pages.cjs');
const { ROOT } = require('./lib/workspace.cjs');

async function main() {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, root: { type: 'string', default: ROOT } },
  });
  const { root, check } = values;
  const generate = generators(root);
  const problems = [];
  for (const file of markdownFiles(root)) {
    const full = path.join(root, file);
    const before = fs.readFileSync(full, 'utf8');
    const after = await rewrite(before, file, generate);
    if (after === before) continue;
    if (check) problems.push(`${file}: a generated part is stale: run "npm run docs"`);
    else {
      fs.writeFileSync(full, after);
      console.log(`${file}: written`);
    }
  }
  problems.push(...brokenLinks(root));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log('the docs are true to the code, and their links lead somewhere');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
