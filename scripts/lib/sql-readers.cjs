'use strict';
// One reader of SQL: which files of db-core look into a statement's text, though `src/sql` alone may.
const fs = require('node:fs');
const path = require('node:path');
const { sourceFiles, walkModule } = require('./ts-module.cjs');

/** These match other texts than statements. */
const EXEMPT = [
  { files: /^src\/sql\//, reason: 'the reader itself' },
  { files: /^src\/(errors\/|dialects\/[^/]+\/errors\.ts$)/, reason: 'messages of drivers' },
  {
    files: /^src\/(reflection\/|dialects\/[^/]+\/reflect\.ts$)/,
    reason: 'definitions kept in the schema',
  },
];

const WORD =
  /\b(select|insert|update|delete|merge|values|returning|begin|start|commit|end|rollback|abort|savepoint|release|set|transaction|create|alter|drop|truncate|pragma|explain|vacuum|analyze|lock|limit|offset)\b/i;
/** What a statement's text is called. */
const STATEMENT = /^(sql|statement|\w*Sql)$/;
const TESTS = ['test', 'exec'];
/** Its `exec` runs statements. */
const DRIVER = /^(client|database|db)$/;
/** Methods of a text that classify it; `slice` and `length` do not. */
const ASKS =
  'match matchAll search split startsWith endsWith includes indexOf at charAt charCodeAt codePointAt toUpperCase toLowerCase'.split(
    ' ',
  );

/**
 * @param {string} root the folder of the workspace
 * @returns {string[]} a line for each place that looks into a statement by itself
 */
exports.strayReaders = (root) => {
  const folder = path.join(root, 'packages/db-core');
  if (!fs.existsSync(path.join(folder, 'src'))) return [`${folder}: no sources found`];
  return sourceFiles(folder)
    .filter((file) => file.startsWith('src/') && !EXEMPT.some(({ files }) => files.test(file)))
    .flatMap((file) => {
      const found = new Set();
      walkModule(path.join(folder, file), (node) => {
        const what = patternOf(node) ?? questionOf(node);
        if (what) found.add(what);
      });
      return [...found].map(
        (what) =>
          `packages/db-core/${file}: ${what} reads SQL: ask describe(sql), or add what it lacks in src/sql`,
      );
    });
};

/** A regular expression with a word of SQL in it. */
function patternOf(node) {
  const pattern =
    node.type === 'RegExpLiteral'
      ? node.pattern
      : node.type === 'NewExpression' && node.callee.value === 'RegExp'
        ? textsIn(node.arguments)
        : undefined;
  // `\b` and `\s` stand beside words without being part of them.
  return pattern !== undefined && WORD.test(pattern.replace(/\\[a-zA-Z]/g, ' '))
    ? `/${pattern}/`
    : undefined;
}

/** A pattern that is tried on a statement, or a method of its text that tells what it begins with or contains. */
function questionOf(node) {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  const method = node.callee.property.value;
  const asked = TESTS.includes(method) ? node.arguments[0]?.expression : node.callee.object;
  if (!asked || !STATEMENT.test(nameOf(asked))) return undefined;
  if (TESTS.includes(method))
    return DRIVER.test(nameOf(node.callee.object)) ? undefined : `${method}(${nameOf(asked)})`;
  if (ASKS.includes(method)) return `${nameOf(asked)}.${method}()`;
  const replaces = method === 'replace' || method === 'replaceAll';
  return replaces && /[a-z]/i.test(textsIn(node.arguments[0]).replace(/\\s/g, ''))
    ? `${nameOf(asked)}.${method}()`
    : undefined;
}

/** `sql` of `sql`, `event.sql`, `this.#sql`, `sql as string`, `sql!`. */
function nameOf(node) {
  if (node.type === 'Identifier') return node.value;
  if (node.type === 'MemberExpression') return String(node.property.value ?? '');
  return node.expression ? nameOf(node.expression) : '';
}

/** Every text that is written in an expression. */
function textsIn(node) {
  if (Array.isArray(node)) return node.map(textsIn).join(' ');
  if (!node || typeof node !== 'object') return '';
  if (node.type === 'StringLiteral') return node.value;
  if (node.type === 'RegExpLiteral') return node.pattern;
  if (node.type === 'TemplateElement') return node.raw;
  return Object.values(node).map(textsIn).join('');
}
