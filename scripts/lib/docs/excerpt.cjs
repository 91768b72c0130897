'use strict';
// Code as it stands in a file that runs: all of it, a region, or one function of the queries.
const fs = require('node:fs');
const path = require('node:path');

/** What stands between `// #region name` and `// #endregion`; several of one name are joined. */
exports.regionOf = (file, name) => {
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  if (name === undefined) return lines.join('\n');
  const found = [];
  let inside = false;
  for (const line of lines) {
    const mark = /^\s*\/\/ #(region|endregion)\b ?(.*)$/.exec(line);
    if (mark?.[1] === 'endregion') inside = false;
    else if (mark) inside = mark[2] === name;
    else if (inside) found.push(line);
  }
  if (found.length === 0) throw new Error(`${file} has no region '${name}'`);
  return dedent(found);
};

/** A method of the object `queries`, by the indentation the formatter gives it. */
exports.queryOf = (file, name, bodyOnly = false) => {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const head = new RegExp(`^ {2}(?:async )?\\*? ?${name}\\(`);
  const start = lines.findIndex((line) => head.test(line));
  const end = lines.indexOf('  },', start);
  if (start < 0 || end < 0) throw new Error(`${file} has no query '${name}'`);
  if (bodyOnly) return dedent(lines.slice(start + 1, end));
  return dedent(lines.slice(start, end + 1)).replace(/,$/, '');
};

/** Lines that are neither empty nor a comment alone. */
exports.linesOfCode = (file) =>
  fs
    .readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;

/** A block of code, whatever blocks are in it. */
exports.fence = (code, language = 'ts') => {
  const longest = Math.max(2, ...[...code.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}${language}\n${code}\n${mark}\n`;
};

/** How a code block is called by the ending of a file. */
const LANGUAGES = {
  cjs: 'js',
  mjs: 'js',
  js: 'js',
  ts: 'ts',
  mts: 'ts',
  tsx: 'tsx',
  json: 'json',
  sql: 'sql',
  css: 'css',
  yml: 'yaml',
  yaml: 'yaml',
  sh: 'sh',
  md: 'md',
  svg: 'xml',
};

/** How the code of a file is called in a block of it. What a terminal shows is text. */
exports.languageOf = (file) => LANGUAGES[path.extname(file).slice(1)] ?? 'text';

function dedent(lines) {
  const margin = Math.min(
    ...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)),
  );
  return lines.map((line) => line.slice(margin)).join('\n');
}
