'use strict';
// Where turbo is, and the environment in which it reports to nobody.
const path = require('node:path');
const { ROOT } = require('./workspace.cjs');

exports.TURBO = path.join(
  ROOT,
  'node_modules/.bin',
  process.platform === 'win32' ? 'turbo.CMD' : 'turbo',
);
exports.QUIET = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
