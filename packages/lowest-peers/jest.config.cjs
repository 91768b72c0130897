'use strict';
// The tests of other packages that depend most on a library, with the lowest version of it that is allowed.
// test/ranges.test.ts holds these versions to the peer ranges.
const preset = require('@quartet/testing/jest-preset.cjs');
const { dependencies } = require('./package.json');

const TESTS = [
  '<rootDir>/test/ranges.test.ts',
  '<rootDir>/../db-core/test/drivers/{pg,mysql2}.test.ts',
  '<rootDir>/../db-core/test/{express,isolation-levels,prepared-statements,settings,values}.test.ts',
  '<rootDir>/../db-sequelize/test/decorated.test.ts',
  '<rootDir>/../db-typeorm/test/{binding,features}.test.ts',
  '<rootDir>/../express-sequelize/test/query.test.ts',
];

module.exports = {
  ...preset,
  roots: ['', '/../db-core', '/../db-sequelize', '/../db-typeorm', '/../express-sequelize'].map(
    (folder) => `<rootDir>${folder}`,
  ),
  testMatch: TESTS,
  moduleNameMapper: Object.fromEntries(
    Object.keys(dependencies).flatMap((name) => [
      [`^${name}$`, `<rootDir>/node_modules/${name}`],
      [`^${name}/(.*)$`, `<rootDir>/node_modules/${name}/$1`],
    ]),
  ),
};
