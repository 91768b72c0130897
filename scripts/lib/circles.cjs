'use strict';
// Files of one package that import each other in a circle, type imports included.
const fs = require('node:fs');
const path = require('node:path');
const { readModule, sourceFiles } = require('./ts-module.cjs');

/**
 * Tarjan's strongly connected components, by the import graph of a package.
 *
 * @param {string} folder the package
 * @returns {string[][]} the files of each circle, in the order of their names
 */
exports.circlesOfImports = (folder) => {
  const graph = exports.importGraph(folder);
  /** @type {Map<string, { index: number, low: number }>} */
  const seen = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const circles = [];
  const visit = (/** @type {string} */ file) => {
    const own = { index: seen.size, low: seen.size };
    seen.set(file, own);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      const other = seen.get(next) ?? visit(next);
      if (stack.includes(next)) own.low = Math.min(own.low, other.low);
    }
    if (own.low === own.index) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1 || graph.get(file)?.includes(file)) circles.push(circle.sort());
    }
    return own;
  };
  for (const file of graph.keys()) if (!seen.has(file)) visit(file);
  return circles;
};

/**
 * @param {string} folder the package
 * @returns {Map<string, string[]>} the files of the package that each of them imports
 */
exports.importGraph = (folder) =>
  new Map(
    sourceFiles(folder).map((file) => {
      const { imports } = readModule(path.join(folder, file));
      return [file, imports.flatMap(({ specifier }) => resolve(folder, file, specifier) ?? [])];
    }),
  );

/** The file of the package that a relative import means. */
function resolve(folder, file, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  const base = path.posix.join(path.posix.dirname(file), specifier);
  return [`${base}.ts`, `${base}/index.ts`].find((name) => fs.existsSync(path.join(folder, name)));
}
