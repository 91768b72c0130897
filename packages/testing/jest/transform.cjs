'use strict';
// TypeScript for Jest: compiled once for all packages.
const { compile, stateOf } = require('../compile.cjs');

exports.process = (source, file) => ({ code: compile(source, file) });
exports.getCacheKey = stateOf;
