'use strict';
// One Jest configuration for every package: TypeScript by swc, workspace packages from their
// sources (no build before tests), real timers, and warnings that fail the run.
// A package's jest.config.cjs is: module.exports = require('@quartet/testing/jest-preset.cjs');
const path = require('node:path');

module.exports = {
  testEnvironment: require.resolve('./jest/environment.cjs'),
  testEnvironmentOptions: {
    customExportConditions: ['quartet-source', 'node', 'require', 'default'],
  },
  setupFilesAfterEnv: [require.resolve('./jest/warnings-fail.ts')],
  reporters: ['default', require.resolve('./jest/counting-reporter.cjs')],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '^.+\\.ts$': require.resolve('./jest/transform.cjs') },
  cacheDirectory: path.join(__dirname, '../../node_modules/.cache/jest'), // also for a run with temporary files elsewhere
  // A test that takes longer hangs: databases and processes are slow to start where other programs have the cores.
  testTimeout: 120_000,
};
