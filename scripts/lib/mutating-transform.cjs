'use strict';
// Jest's TypeScript transform with one change to one file: what the tests see is the product with a
// fault in it, while no file is touched and no switch stands in the product's code.
const { createHash } = require('node:crypto');
const { compile, stateOf } = require('@quartet/testing/compile.cjs');

/**
 * @typedef {object} Mutation
 * @property {string} name
 * @property {string} file the end of its path
 * @property {string} from a text that stands in it exactly once
 * @property {string} to
 */

/**
 * @param {{ mutation?: Mutation }} options
 * @returns {object} what Jest calls a transformer
 */
exports.createTransformer = ({ mutation }) => {
  const mutated = (source, file) => {
    if (!mutation || !file.endsWith(mutation.file)) return source;
    const parts = source.split(mutation.from);
    if (parts.length === 2) return parts.join(mutation.to);
    throw new Error(
      `${mutation.name}: '${mutation.from}' stands ${parts.length - 1} times in ${file}`,
    );
  };
  return {
    process: (source, file) => ({ code: compile(mutated(source, file), file) }),
    getCacheKey: (source, file) =>
      createHash('sha256')
        .update(JSON.stringify([stateOf(source, file), mutation]))
        .digest('hex'),
  };
};
