'use strict';
// The calls of the articles, and ours, as a table: from comments in the programs and tests of docs/examples, which run.
//
// In a region named after the table's topic, `// [1, 2] engine.connect()` begins a row: the articles that have the call,
// and the call. `// => …` below it is a remark. The code that follows, as far as the next blank line, comment or end of
// the region, is ours. What several programs have is one row, with the code of the first.
const fs = require('node:fs');
const path = require('node:path');

const FOLDERS = ['docs/examples/src/articles', 'docs/examples/test/articles'];
const ALL = '1, 2, 3, 4';

/** @typedef {{ call: string, articles: Set<string>, code: string, remark: string }} Call */

/**
 * @param {string} root
 * @param {string} topic the regions' name
 * @throws Error where a call has no code, and where there is none of this topic
 */
exports.callTable = (root, topic) => {
  /** @type {Map<string, Call>} */
  const calls = new Map();
  for (const file of FOLDERS.flatMap((folder) => filesIn(root, folder)))
    for (const call of callsIn(root, file, topic)) {
      const known = calls.get(call.call);
      if (known) for (const article of call.articles) known.articles.add(article);
      else calls.set(call.call, call);
    }
  if (calls.size === 0) throw new Error(`no region '${topic}' has a call`);
  return [
    '| SQLAlchemy and Flask | in | here |',
    '|---|---|---|',
    ...[...calls.values()].map(
      ({ call, articles, code, remark }) =>
        `| ${call.startsWith('"') ? call : span(call)} | ${listed(articles)} | ${[span(code), remark].filter(Boolean).join(': ')} |`,
    ),
  ].join('\n');
};

/** @returns {string[]} the TypeScript files below the folder, in the order of their names */
function filesIn(root, folder) {
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}

/** @returns {Call[]} */
function callsIn(root, file, topic) {
  const found = [];
  let inside = false;
  /** @type {{ call: string, articles: Set<string>, lines: string[], remark: string } | undefined} */
  let row;
  const end = () => {
    if (row?.lines.length === 0)
      throw new Error(`${path.relative(root, file)}: no code follows '${row.call}'`);
    if (row) found.push({ ...row, code: oneLine(row.lines) });
    row = undefined;
  };
  for (const line of fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .map((each) => each.trim())) {
    const mark = /^\/\/ #(end)?region ?(.*)$/.exec(line);
    const begins = /^\/\/ \[([\d, ]+)\] (.+)$/.exec(line);
    const remark = /^\/\/ => (.+)$/.exec(line)?.[1];
    if (row && remark && row.lines.length === 0) row.remark = remark;
    else if (mark || begins || line === '' || line.startsWith('//')) end();
    else row?.lines.push(line);
    if (mark) inside = mark[1] === undefined && mark[2] === topic;
    if (inside && begins)
      row = { call: begins[2], articles: new Set(begins[1].split(', ')), lines: [], remark: '' };
  }
  return found;
}

const CLOSING = { '(': ')', '[': ']', '{': '}' };

/** A statement on one line; of what goes on below it, the beginning, closed. */
function oneLine(lines) {
  const code = lines
    .join(' ')
    .replaceAll('export ', '')
    .replace(/([([]) /g, '$1')
    .replace(/,? ([)\]])/g, '$1')
    .replace(/, }/g, ' }');
  const open = [];
  for (const [index, sign] of [...code].entries()) {
    if (sign in CLOSING) open.unshift(CLOSING[sign]);
    else if (sign === open[0]) open.shift();
    else if (Object.values(CLOSING).includes(sign)) return withoutSemicolon(code.slice(0, index)); // of what began above
  }
  return open.length === 0 ? withoutSemicolon(code) : `${code} … ${open.join('')}`;
}

function withoutSemicolon(code) {
  return code.trim().replace(/;$/, '');
}

/** Code in a cell of a table. */
function span(code) {
  const cell = code.replaceAll('|', '\\|');
  return cell.includes('`') ? `\`\` ${cell} \`\`` : `\`${cell}\``;
}

function listed(articles) {
  const list = [...articles].toSorted((a, b) => Number(a) - Number(b)).join(', ');
  return list === ALL ? '1–4' : list;
}
