'use strict';
// The errors that the published packages throw: db-core's tree as a list, from the file that declares it, and every class that
// a package exports with its place on a page, which must be there.
const fs = require('node:fs');
const path = require('node:path');
const { sourceFiles } = require('../ts-module.cjs');
const { publishedPackages, sourceEntries } = require('../workspace.cjs');
const { exportsOf, sentenceOf } = require('./exports.cjs');
const { slugOf } = require('./links.cjs');
const { table } = require('./table.cjs');

const ERROR =
  /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^export class (\w+) extends (\w+) \{([\s\S]*?)\n?\}$/gm;
/** What each entry says, in this order. */
const PARTS = ['What happened', 'Likely cause', 'What to do'];

/**
 * @typedef {object} ErrorClass
 * @property {string} name
 * @property {string} parent
 * @property {string} sentence
 * @property {string | undefined} code its own
 */

/** @param {string} file */
exports.errorTree = (file) => {
  const errors = errorsIn(file);
  const list = (parent, depth) =>
    errors
      .filter((error) => error.parent === parent)
      .flatMap((error) => [
        `${'  '.repeat(depth)}- \`${error.name}\`${label(error, errors)}: ${error.sentence}`,
        ...list(error.name, depth + 1),
      ]);
  return `${list('Error', 0).join('\n')}\n`;
};

/**
 * error-codes: every exported class by its code, with a link to its entry on the page. `help` of an error leads to its code.
 *
 * @param {string} root
 * @param {string} page its text
 * @throws Error for a class without an entry, an entry of no class, and an entry without one of its parts
 */
exports.errorCodes = (root, page) => {
  const { all, exported } = exportedErrors(root);
  assertEntries(
    page,
    3,
    exported.map(({ name }) => name),
  );
  const rows = exported
    .map((error) => [codeOf(error, all) ?? '', error.name, error.from])
    .toSorted((a, b) => compare(a.join(' '), b.join(' ')))
    .map(([code, name, from], n, sorted) => {
      const isFirst = code && code !== sorted[n - 1]?.[0];
      const anchor = isFirst ? `<a id="${code.toLowerCase()}"></a>` : '';
      return [code && `${anchor}\`${code}\``, linkTo(name), from];
    });
  return table(['code', 'class', 'package'], rows);
};

/**
 * error-reasons: what `reason` of an OperationalError may be, with a link to its entry on the page.
 *
 * @param {string} file that declares them
 * @param {string} page its text
 */
exports.errorReasons = (file, page) => {
  const text = fs.readFileSync(file, 'utf8');
  const [, union = ''] = /type OperationalReason =\n((?: +\|.*\n)+)/.exec(text) ?? [];
  const reasons = [...union.matchAll(/\| '([\w-]+)'(?: \/\/ (.*))?/g)];
  assertEntries(
    page,
    4,
    reasons.map(([, reason]) => reason),
  );
  return table(
    ['reason', 'what happened'],
    reasons.map(([, reason, what]) => [linkTo(reason), what ?? 'none of these']),
  );
};

/** @returns {{ all: ErrorClass[], exported: (ErrorClass & { from: string })[] }} */
function exportedErrors(root) {
  const published = publishedPackages(root);
  const all = published.flatMap(({ folder }) =>
    sourceFiles(folder)
      .filter((file) => file.startsWith('src/'))
      .flatMap((file) => errorsIn(path.join(folder, file))),
  );
  const isError = ({ parent }) =>
    parent === 'Error' || all.some((each) => each.name === parent && isError(each));
  const exported = published.flatMap((each) => {
    const names = new Set(
      sourceEntries(each).flatMap(({ file }) => exportsOf(file).map(({ name }) => name)),
    );
    return all
      .filter((error) => names.has(error.name) && isError(error))
      .map((error) => ({ ...error, from: each.manifest.name }));
  });
  return { all, exported };
}

/** @returns {ErrorClass[]} */
function errorsIn(file) {
  return [...fs.readFileSync(file, 'utf8').matchAll(ERROR)].map(
    ([, comment, name, parent, body]) => ({
      name,
      parent,
      sentence: sentenceOf(comment) ?? '',
      code: /'([A-Z][A-Z_]+)'/.exec(body)?.[1],
    }),
  );
}

function assertEntries(page, level, names) {
  const mark = '#'.repeat(level);
  const entries = new Map(
    page
      .split(new RegExp(`^(?=#{1,${level}} )`, 'm'))
      .filter((section) => section.startsWith(`${mark} \``))
      .map((section) => [/`(.+?)`/.exec(section)?.[1], section]),
  );
  const problems = [
    ...names
      .filter((name) => !entries.has(name))
      .map((name) => `${name} has no entry: ${mark} \`${name}\``),
    ...[...entries.keys()]
      .filter((name) => !names.includes(name))
      .map((name) => `there is an entry for ${name}, which nothing exports`),
    ...[...entries].flatMap(([name, section]) =>
      PARTS.filter((part) => !section.includes(`- **${part}**: `)).map(
        (part) => `the entry for ${name} does not say "- **${part}**: …"`,
      ),
    ),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function codeOf(error, all) {
  return (
    error &&
    (error.code ??
      codeOf(
        all.find(({ name }) => name === error.parent),
        all,
      ))
  );
}

function label(error, all) {
  return error.parent === 'Error' ? '' : ` (\`${codeOf(error, all)}\`)`;
}

function linkTo(name) {
  return `[\`${name}\`](#${slugOf(name)})`;
}

function compare(a, b) {
  return a < b ? -1 : 1;
}
