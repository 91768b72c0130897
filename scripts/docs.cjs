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
const { tablesAsJson } = require('./lib/docs/tables-json.cjs');
const { ROOT } = require('./lib/workspace.cjs');

/** Their tables stand beside the page of the same name. They are written first: other pages take figures from them. */
const WITH_JSON = ['docs/comparison.json'];
const jsonOf = (file) => file.replace(/md$/, 'json');

async function main() {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, root: { type: 'string', default: ROOT } },
  });
  const { root, check } = values;
  const generate = generators(root);
  const problems = [];
  const write = (file, before, after) => {
    if (after === before) return;
    if (check) problems.push(`${file}: a generated part is stale: run "npm run docs"`);
    else {
      fs.writeFileSync(path.join(root, file), after);
      console.log(`${file}: written`);
    }
  };
  const files = markdownFiles(root);
  const first = files.filter((file) => WITH_JSON.includes(jsonOf(file)));
  for (const file of new Set([...first, ...files])) {
    const before = fs.readFileSync(path.join(root, file), 'utf8');
    const after = await rewrite(before, file, generate);
    write(file, before, after);
    const json = jsonOf(file);
    if (WITH_JSON.includes(json) && fs.existsSync(path.join(root, json)))
      write(json, fs.readFileSync(path.join(root, json), 'utf8'), tablesAsJson(after));
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
