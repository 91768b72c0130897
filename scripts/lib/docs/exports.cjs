'use strict';
// What a package exports, with the first sentence of each doc comment.
const fs = require('node:fs');
const path = require('node:path');
const { firstSentence } = require('./pages.cjs');

const FROM = /^export (type )?(?:\*|\{([^}]*)\}) from '(\.[^']+)';$/gm;
const KINDS = { function: 'function', class: 'class', const: 'constant' };

/** @param {string} index the package's `src/index.ts` */
exports.exportTable = (index) => {
  const found = exportsOf(index);
  const values = found.filter(({ kind }) => kind in KINDS);
  const types = found.filter(({ kind }) => !(kind in KINDS));
  const rows = values.map(({ name, sentence }) => `| \`${name}\` | ${sentence} |`);
  return [
    '| export | what it is |',
    '|---|---|',
    ...rows,
    ...(types.length > 0
      ? ['', `Types: ${types.map(({ name }) => `\`${name}\``).join(', ')}.`]
      : []),
    '',
  ].join('\n');
};

function exportsOf(index) {
  const text = fs.readFileSync(index, 'utf8');
  return [...text.matchAll(FROM)].flatMap(([, , names, specifier]) => {
    const file = resolve(path.join(path.dirname(index), specifier));
    const declared = declarationsOf(file);
    if (names === undefined) return declared;
    return names
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter(Boolean)
      .map((name) => {
        const one = declared.find((each) => each.name === name);
        if (!one) throw new Error(`${name} is not declared in ${file}`);
        return one;
      });
  });
}

function resolve(base) {
  const file = [`${base}.ts`, path.join(base, 'index.ts')].find((each) => fs.existsSync(each));
  if (!file) throw new Error(`${base} is no module`);
  return file;
}

const DECLARATION =
  /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n(?:\/\/.*\n)*)?^export (?:abstract |async )*(function|class|const|interface|type)\*? (\w+)/gm;

function declarationsOf(file) {
  const text = fs.readFileSync(file, 'utf8');
  const own = [...text.matchAll(DECLARATION)].map(([, comment, kind, name]) => ({
    name,
    kind,
    sentence: sentenceOf(comment) ?? headOf(text),
  }));
  const passedOn = /^export (?:type )?\{/m.test(text) ? exportsOf(file) : [];
  return [...own, ...passedOn];
}

/** What a file says on top stands for its main export. */
function headOf(text) {
  return sentenceOf(/^\/\*\*[\s\S]*?\*\//.exec(text)?.[0]) ?? '';
}

function sentenceOf(comment) {
  if (!comment) return undefined;
  const prose = comment
    .replace(/^\s*\/?\*+\/?/gm, '')
    .replace(/\*\/\s*$/, '')
    .split(/^\s*@/m)[0]
    .trim()
    .split(/\n\s*\n/)[0]
    .replace(/\{@link ([^}]+)\}/g, '`$1`')
    .replace(/\|/g, '\\|');
  return prose === '' ? undefined : firstSentence(prose);
}
exports.sentenceOf = sentenceOf;
