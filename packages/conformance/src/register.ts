/** `registerConformance`: one call in an app's test file runs the whole suite on every engine of the run. */
import { join } from 'node:path';
import type { EngineName } from '@quartet/testing';
import { testEngines } from '@quartet/testing';
import { suites } from './suites';
import { Fixture } from './support/fixture';
import { isGap } from './support/gaps';
import type { Subject } from './support/subject';
import type { Suite, SuiteTest } from './support/suite';

/**
 * Registers the suites as Jest blocks: engine, then suite, then test, with the same titles in every cell.
 *
 * @throws Error when a gap names a test that does not exist.
 * @example
 * registerConformance({ style: 'classical', createApp, queries });
 */
export function registerConformance(given: Subject): void {
  const subject = { server: join(process.cwd(), 'src/server.ts'), ...given };
  refuseUnknownGaps(subject);
  describe.each(testEngines())(`${subject.style} on $name`, ({ name }) => {
    const [own, shared] = [
      suites.filter(({ fixture }) => fixture === 'own'),
      suites.filter(({ fixture }) => fixture !== 'own'),
    ];
    describe('the contract', () => {
      let fixture: Fixture;
      beforeAll(async () => {
        fixture = await Fixture.open(subject, name);
      });
      afterAll(() => fixture?.close());
      beforeEach(() => fixture.empty());
      afterEach(() => fixture.untouched());
      for (const suite of shared) registerSuite(suite, subject, name, () => fixture);
    });
    for (const suite of own) registerSuite(suite, subject, name, noSharedFixture);
  });
}

function registerSuite(
  suite: Suite,
  subject: Required<Pick<Subject, 'server'>> & Subject,
  engine: EngineName,
  use: () => Fixture,
): void {
  const tests = suite.tests.filter(
    (test) => isFor(subject, test) && (test.only?.engines.includes(engine) ?? true),
  );
  if (tests.length === 0) return;
  describe(suite.name, () => {
    for (const test of tests) {
      const register = isGap(subject.gaps ?? [], suite.name, test.title, engine) ? it.failing : it;
      register(test.title, () => test.run({ use, subject, engine }), test.timeoutMs);
    }
  });
}

function isFor({ layer = 'style' }: Subject, test: SuiteTest): boolean {
  return layer === 'core' || test.layer === 'style';
}

function refuseUnknownGaps(subject: Subject): void {
  for (const gap of subject.gaps ?? []) {
    const suite = suites.find(({ name }) => name === gap.suite);
    if (!suite?.tests.some((test) => test.title === gap.test && isFor(subject, test))) {
      throw new Error(
        `No test of '${gap.suite}' that this app runs is titled '${gap.test}': the gap is closed or misspelt.`,
      );
    }
  }
}

function noSharedFixture(): never {
  throw new Error('This suite opens its own fixtures.');
}
