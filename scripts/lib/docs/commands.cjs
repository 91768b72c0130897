'use strict';
// The commands that the pages print: in blocks of shell code, and in a line of text.
const fs = require('node:fs');
const path = require('node:path');
const { markdownFiles } = require('./pages.cjs');

/** Told what was decided and what was measured; nobody is asked to run them again. */
const RECORDS = /^docs\/(decisions\/|driver-suites\.md)/;
const IN_TEXT =
  /`((?:[A-Z_]+=\S+ )*(?:npm|npx|pnpm|cd|node (?=\S+\.c?js)|\.ci\/run)(?: [^`\n]*)?)`/g;
/** Names of programs, and commands with a gap that the reader fills. */
const NO_COMMAND = /^(npm|npx|pnpm|cd)$|…|\[|\bNN\b|--engine$/;

/**
 * @param {string} root
 * @returns {{ file: string, commands: string[] }[]} each page with the commands that it prints, in their order
 */
exports.printedCommands = (root) =>
  markdownFiles(root)
    .filter((file) => !RECORDS.test(file))
    .map((file) => ({ file, commands: commandsOf(fs.readFileSync(path.join(root, file), 'utf8')) }))
    .filter(({ commands }) => commands.length > 0);

function commandsOf(text) {
  const found = [
    ...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```|(?<=^|[^`])`[^`\n]+`/gm),
  ].flatMap(([whole, , language, block]) => {
    if (language === 'sh') return block.replace(/\\\n\s*/g, '').split('\n');
    return block === undefined ? [...whole.matchAll(IN_TEXT)].map(([, command]) => command) : [];
  });
  const commands = found
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && !NO_COMMAND.test(line));
  return [...new Set(commands)];
}
