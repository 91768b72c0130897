/** Tests of what only one engine has. */
import type { EngineName, TestEngine } from './engines';
import { describeUnless, whatIsMissing } from './describe-unless';
import { testEngines } from './engines';

/**
 * A describe block on one engine. A run without that engine has one skipped line in its place, which says so.
 *
 * @example
 * describeOn('mariadb', 'autocommit on MariaDB', (engine) => { ... });
 */
export function describeOn(
  name: EngineName,
  title: string,
  suite: (engine: TestEngine) => void,
): void {
  const suiteOn = (): void => suite(testEngines().find((each) => each.name === name) as TestEngine);
  describeUnless(whatIsMissing(name), title, suiteOn);
}
