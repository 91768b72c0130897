import {
  createReferenceApp,
  gapTable,
  referenceQueries,
  registerConformance,
  suites,
} from '../src';
import { isGap } from '../src/support/gaps';

const gap = {
  suite: 'export',
  test: 'an export of nothing is empty',
  engines: ['mariadb'],
  reason: 'the driver has no cursor',
} as const;

describe('a declared gap', () => {
  it('covers one test on the engines it names, or on all', () => {
    expect(isGap([gap], gap.suite, gap.test, 'mariadb')).toBe(true);
    expect(isGap([gap], gap.suite, gap.test, 'sqlite')).toBe(false);
    expect(isGap([gap], gap.suite, 'another', 'mariadb')).toBe(false);
    expect(isGap([{ ...gap, engines: undefined }], gap.suite, gap.test, 'sqlite')).toBe(true);
  });

  it('is a row of the published table', () => {
    expect(gapTable({ classical: [gap] })).toBe(
      '| style | suite | behaviour | engines | reason |\n|---|---|---|---|---|\n' +
        '| classical | export | an export of nothing is empty | mariadb | the driver has no cursor |\n',
    );
    expect(gapTable({ classical: [] })).toMatch(/^No gaps/);
  });

  it('is told from a test that makes no sense on an engine, which stands in the table with its reason', () => {
    const table = gapTable({ classical: [] }, suites);
    expect(table).toMatch(/^No gaps/);
    expect(table).toMatch(
      /\| all \| database away \| a server restarted .* \| all but postgres, mariadb \| SQLite is a file/,
    );
  });

  it('of a test that does not exist is an error, so that no gap outlives its test', () => {
    const subject = { style: 'x', createApp: createReferenceApp, queries: referenceQueries };
    const closed = { ...gap, test: 'a test that was renamed' };
    expect(() => registerConformance({ ...subject, gaps: [closed] })).toThrow(
      /that this app runs is titled 'a test that was renamed'/,
    );
  });
});

describe('the suites', () => {
  it('have titles that tell every test from every other', () => {
    for (const { tests } of suites) {
      const titles = tests.map(({ title }) => title);
      expect(new Set(titles).size).toBe(titles.length);
    }
    expect(new Set(suites.map(({ name }) => name)).size).toBe(suites.length);
  });
});
