'use strict';
// TypeScript compiled for tests and development, once for each state of a file of this workspace: what swc made of it is
// kept in node_modules/.cache, for Jest and for every process that runs from source.
const { createHash, randomUUID } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { swcOptions } = require('./swc-options.cjs');

const ROOT = path.join(__dirname, '../..');
const FOLDER = path.join(ROOT, 'node_modules/.cache/quartet-swc');
/** What else the result depends on. */
const SETTINGS = JSON.stringify([swcOptions, require('@swc/core/package.json').version]);

/**
 * @param {string} source
 * @param {string} file its absolute path
 * @returns {string} what the result depends on, as a digest
 */
exports.stateOf = (source, file) => digest(SETTINGS, file, source);

/**
 * @param {string} source
 * @param {string} file its absolute path
 * @returns {string} CommonJS with its source map
 * @throws Error of swc's, where it does not parse
 */
exports.compile = (source, file) => {
  const state = exports.stateOf(source, file);
  const kept = file.startsWith(ROOT) ? path.join(FOLDER, `${digest(file)}.js`) : undefined;
  const text = kept && read(kept);
  if (text?.startsWith(state)) return text.slice(state.length);
  const { transformSync } = require('@swc/core'); // not before: a process that finds everything compiled has no need of it
  const { code } = transformSync(source, {
    ...swcOptions,
    filename: file,
    swcrc: false,
    configFile: false,
  });
  if (kept) keep(kept, state + code);
  return code;
};

/** One file of each source: the folder does not grow with every edit. */
function keep(file, text) {
  const written = `${file}.${randomUUID()}`;
  try {
    fs.mkdirSync(FOLDER, { recursive: true });
    fs.writeFileSync(written, text);
    fs.renameSync(written, file); // another process reads the old text or the new one
  } catch {
    // Nobody may write there: it is compiled again the next time.
  }
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function digest(...parts) {
  const hash = createHash('sha256');
  for (const each of parts) hash.update(`${each}\0`);
  return hash.digest('hex');
}
