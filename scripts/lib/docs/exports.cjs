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
  const rows = values
    .filter(({ sentence }) => sentence)
    .map(({ name, sentence }) => `| \`${name}\` | ${sentence} |`);
  return [
    '| export | what it is |',
    '|---|---|',
    ...rows,
    ...listed(
      'Also',
      values.filter(({ sentence }) => !sentence),
    ),
    ...listed('Types', types),
    '',
  ].join('\n');
};

function listed(label, found) {
  if (found.length === 0) return [];
  return ['', `${label}: ${found.map(({ name }) => `\`${name}\``).join(', ')}.`];
}

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
        return one ?? { name, kind: 'const', sentence: headOf(fs.readFileSync(file, 'utf8')) };
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
  const found = [...text.matchAll(DECLARATION)];
  const alone = found.filter(([, , kind]) => kind in KINDS).length === 1;
  const own = found.map(([, comment, kind, name]) => {
    const main = kind in KINDS && (alone || isMain(name, kind, file));
    const sentence = sentenceOf(comment) ?? (main ? headOf(text) : thrownBy(comment));
    return { name, kind, sentence };
  });
  const passedOn = /^export (?:type )?\{/m.test(text) ? exportsOf(file) : [];
  return [...own, ...passedOn];
}

/** A file bears the name of its main export, or the first words of it. */
function isMain(name, kind, file) {
  const main = path.basename(file, '.ts').replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  const camel = name[0].toLowerCase() + name.slice(1);
  return camel === main || (kind === 'function' && camel.startsWith(main));
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

/** Of a comment that says nothing else. */
function thrownBy(comment = '') {
  const [, error, rest] = /@throws (\w+)(.*)/.exec(comment) ?? [];
  return error ? `Throws \`${error}\`${rest.replace(/\*\/\s*$/, '').trimEnd()}` : '';
}
exports.sentenceOf = sentenceOf;
exports.exportsOf = exportsOf;
