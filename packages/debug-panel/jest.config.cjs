module.exports = require('@quartet/testing/jest-preset.cjs');
