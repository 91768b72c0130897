'use strict';
// Whether folders that are meant to be alike are: the same files, the same exports, functions in
// the same order, the same headings.
const fs = require('node:fs');
const path = require('node:path');
const { readModule, sourceFiles } = require('./ts-module.cjs');

/**
 * One place where an app may differ from the others.
 *
 * @typedef {object} Allowance
 * @property {string} app
 * @property {string} file
 * @property {string[]} [missing] exports the others have and this one need not
 * @property {string[]} [extra] exports that only this one has
 * @property {string} reason
 */

/**
 * @param {object} options
 * @param {string} options.root the folder that holds apps/ and packages/
 * @param {string[]} options.apps
 * @param {Allowance[]} options.allowances
 * @returns {string[]} what is wrong, a line each; none when the apps are alike
 */
exports.compareApps = ({ root, apps, allowances }) => {
  const folders = new Map(apps.map((app) => [app, path.join(root, 'apps', app)]));
  if ([...folders.values()].every((folder) => sourceFiles(folder).length === 0)) {
    return [`${root}: no source files of the apps found`];
  }
  const used = new Set();
  return [
    ...compareFiles(folders),
    ...compareExports(folders, allowances, used),
    ...compareQueries(folders, path.join(root, 'packages/http-contract/src/queries.ts')),
    ...compareHeadings(folders),
    ...allowances
      .filter((allowance) => !used.has(allowance))
      .map(({ app, file }) => `${file}: the allowance for ${app} is no longer needed: remove it`),
  ];
};

function compareFiles(folders) {
  const sets = new Map([...folders].map(([app, folder]) => [app, sourceFiles(folder)]));
  return compareSets(sets, (file) => file);
}

function compareExports(folders, allowances, used) {
  const files = new Set([...folders.values()].flatMap(sourceFiles));
  return [...files]
    .sort((a, b) => a.localeCompare(b))
    .flatMap((file) => {
      const sets = new Map();
      for (const [app, folder] of folders) {
        const full = path.join(folder, file);
        if (!fs.existsSync(full)) continue; // compareFiles has said so
        sets.set(app, readModule(full).exports);
      }
      for (const allowance of allowances.filter((each) => each.file === file)) {
        const names = sets.get(allowance.app);
        if (!names) continue;
        const { missing = [], extra = [] } = allowance;
        const lacks = missing.filter((name) => !names.includes(name));
        if (lacks.length > 0 || extra.some((name) => names.includes(name))) used.add(allowance);
        sets.set(allowance.app, [...names.filter((name) => !extra.includes(name)), ...lacks]);
      }
      return compareSets(sets, (name) => `${file}: export ${name}`);
    });
}

/** Each member must be in all sets: says in which it is missing, or the only ones that have it. */
function compareSets(sets, describe) {
  const all = new Set([...sets.values()].flat());
  return [...all]
    .sort((a, b) => a.localeCompare(b))
    .flatMap((member) => {
      const have = [...sets].filter(([, members]) => members.includes(member)).map(([app]) => app);
      const lack = [...sets.keys()].filter((app) => !have.includes(app));
      if (lack.length === 0) return [];
      return lack.length <= have.length
        ? [`${describe(member)} is missing in ${lack.join(', ')}`]
        : [`${describe(member)} is only in ${have.join(', ')}`];
    });
}

function compareQueries(folders, contractFile) {
  const contract = readModule(contractFile).members('Queries');
  if (!contract) return [`${contractFile}: there is no interface Queries`];
  return [...folders].flatMap(([app, folder]) => {
    const file = path.join(folder, 'src/queries.ts');
    if (!fs.existsSync(file)) return [];
    const { functions, members } = readModule(file);
    const queries = members('queries');
    const where = `apps/${app}/src/queries.ts`;
    if (!queries) return [`${where}: there is no object literal named queries`];
    return [
      ...contract
        .filter((name) => !queries.includes(name))
        .map((name) => `${where}: ${name} is missing`),
      ...queries
        .filter((name) => !contract.includes(name))
        .map((name) => `${where}: ${name} is not in the contract`),
      ...outOfOrder(queries, contract, where),
      ...outOfOrder(functions, contract, `${where} (functions)`),
    ];
  });
}

/** The first of the names that comes before one that it should follow. */
function outOfOrder(names, order, where) {
  const known = names.filter((name) => order.includes(name));
  const sorted = [...known].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const first = known.findIndex((name, index) => name !== sorted[index]);
  if (first < 0) return [];
  return [`${where}: out of order: ${known[first]} stands where the contract has ${sorted[first]}`];
}

function compareHeadings(folders) {
  const lists = new Map(
    [...folders].map(([app, folder]) => [app, headings(path.join(folder, 'README.md'))]),
  );
  const [first, ...others] = lists;
  const [model, expected] = first;
  return others.flatMap(([app, found]) => {
    const at = longest(found, expected).findIndex((_, index) => found[index] !== expected[index]);
    if (at < 0) return [];
    const say = (list) => (list[at] ? `"${list[at]}"` : 'no more headings');
    return [
      `README.md: heading ${at + 1} differs: ${app} has ${say(found)}, ${model} has ${say(expected)}`,
    ];
  });
}

function longest(a, b) {
  return a.length > b.length ? a : b;
}

/** Headings below the title, which is the style's own; `#` in a code block is no heading. */
function headings(file) {
  if (!fs.existsSync(file)) return [];
  const text = fs.readFileSync(file, 'utf8').replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
  return text.split('\n').filter((line) => /^#{2,6} /.test(line));
}
