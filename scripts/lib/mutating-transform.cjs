'use strict';
// Jest's TypeScript transform with one change to one file: what the tests see is the product with a
// fault in it, while no file is touched and no switch stands in the product's code.
const { createHash } = require('node:crypto');
const swc = require('@swc/jest');

/**
 * @typedef {object} Mutation
 * @property {string} name
 * @property {string} file the end of its path
 * @property {string} from a text that stands in it exactly once
 * @property {string} to
 */

/**
 * @param {{ mutation?: Mutation, swc: object }} options
 * @returns {object} what Jest calls a transformer
 */
exports.createTransformer = ({ mutation, swc: options }) => {
  const inner =
    /** @type {Record<'process' | 'getCacheKey', Function> & { canInstrument: boolean }} */ (
      swc.createTransformer(options)
    );
  const mutated = (source, file) => {
    if (!mutation || !file.endsWith(mutation.file)) return source;
    const parts = source.split(mutation.from);
    if (parts.length === 2) return parts.join(mutation.to);
    throw new Error(
      `${mutation.name}: '${mutation.from}' stands ${parts.length - 1} times in ${file}`,
    );
  };
  return {
    canInstrument: inner.canInstrument,
    process: (source, file, rest) => inner.process(mutated(source, file), file, rest),
    getCacheKey: (source, file, rest) =>
      createHash('sha256')
        .update(JSON.stringify([inner.getCacheKey(source, file, rest), mutation]))
        .digest('hex'),
  };
};
