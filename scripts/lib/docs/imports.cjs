'use strict';
// Pictures of who imports whom, drawn from the imports themselves, those of types included.
const path = require('node:path');
const { WINGS } = require('../boundaries.cjs');
const { importGraph } = require('../circles.cjs');
const { readModule, sourceFiles } = require('../ts-module.cjs');
const { workspacePackages } = require('../workspace.cjs');

/** These show or measure all the others: their arrows would go everywhere. */
const LEFT_OUT = ['benchmarks', 'soak', 'workbench', 'cli', 'examples', 'scripts'];

/** The wings of db-core, the highest floor on top. */
exports.wingsPicture = (root) => {
  const arrows = new Map(WINGS.flat().map((wing) => [wing, new Set()]));
  for (const [file, imported] of importGraph(path.join(root, 'packages/db-core'))) {
    const from = wingOf(file);
    const others = imported.map(wingOf).filter((to) => to !== undefined && to !== from);
    for (const to of others) arrows.get(from)?.add(to);
  }
  return flowchart(arrows, WINGS.toReversed());
};

/** The packages and apps; a binding's suite and other tests do not count. */
exports.packagesPicture = (root) => {
  const packages = workspacePackages(root).filter(({ short }) => !LEFT_OUT.includes(short));
  const shorts = new Map(packages.map(({ manifest, short }) => [manifest.name, short]));
  const arrows = new Map(
    packages.map(({ folder, short }) => [short, importedBy(folder, short, shorts)]),
  );
  const isUsed = (short) => [...arrows.values()].some((to) => to.has(short));
  for (const [short, to] of arrows) if (to.size === 0 && !isUsed(short)) arrows.delete(short);
  return flowchart(arrows, [[...arrows.keys()].toSorted()]);
};

function importedBy(folder, short, shorts) {
  const files = sourceFiles(folder).filter((file) => file.startsWith('src/'));
  const imported = files
    .flatMap((file) => readModule(path.join(folder, file)).imports)
    .map(({ specifier }) => shorts.get(String(specifier).split('/', 2).join('/')))
    .filter((to) => to !== undefined && to !== short);
  return new Set(imported);
}

/** What is in no wing, such as `index.ts`, only puts wings together. */
function wingOf(file) {
  const [part, wing, inside] = file.split('/');
  return part === 'src' && inside !== undefined ? wing : undefined;
}

/** @param {string[][]} rows what stands side by side, from top to bottom */
function flowchart(arrows, rows) {
  const reach = (/** @type {string} */ from, seen = new Set()) => {
    for (const to of arrows.get(from) ?? []) if (!seen.has(to)) reach(to, seen.add(to));
    return seen;
  };
  const inCircle = rows.flat().filter((from) => reach(from).has(from));
  if (inCircle.length > 0) throw new Error(`in a circle of imports: ${inCircle.join(', ')}`);
  const lines = rows.flat().flatMap((from) => {
    const all = [...(arrows.get(from) ?? [])].toSorted(byName);
    const direct = all.filter((to) => !all.some((other) => other !== to && reach(other).has(to)));
    return direct.length === 0 ? [`  ${from}`] : [`  ${from} --> ${direct.join(' & ')}`];
  });
  return ['```mermaid', 'flowchart TD', ...lines, '```'].join('\n');
}

/** @param {string} one @param {string} other */
function byName(one, other) {
  return one < other ? -1 : 1;
}
