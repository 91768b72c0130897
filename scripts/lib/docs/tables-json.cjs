'use strict';
// The generated tables of a page as JSON, for programs: docs/comparison.json stands beside docs/comparison.md.

const PART = /^<!-- generated: (.+?) -->\n([\s\S]*?)^<!-- end -->$/gm;

/**
 * @param {string} page
 * @returns {string} an object: the name of each generated part that is a table, with a list of its rows
 */
exports.tablesAsJson = (page) => {
  const tables = {};
  for (const [, name, body] of page.matchAll(PART)) {
    const rows = body
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map(cellsOf);
    const [head, , ...rest] = rows;
    if (!head) continue;
    tables[name] = rest.map((cells) => Object.fromEntries(head.map((key, i) => [key, cells[i]])));
  }
  return `${JSON.stringify(tables, null, 2)}\n`;
};

function cellsOf(line) {
  return line
    .slice(2, -2)
    .split(' | ')
    .map((cell) => cell.replaceAll('`', ''))
    .map((cell) => (/^\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell));
}
