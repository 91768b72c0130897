'use strict';

/**
 * A table of Markdown.
 *
 * @param {string[]} head
 * @param {(string | number)[][]} rows
 */
exports.table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
