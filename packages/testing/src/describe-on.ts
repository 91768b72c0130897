/** Tests of what only one engine has. */
import type { EngineName, TestEngine } from './engines';
import { testEngines } from './engines';

/**
 * A describe block on one engine. A run without that engine has one skipped line in its place, which says so: Jest
 * takes a file that registers nothing for a mistake.
 *
 * @example
 * describeOn('mariadb', 'autocommit on MariaDB', (engine) => { ... });
 */
export function describeOn(
  name: EngineName,
  title: string,
  suite: (engine: TestEngine) => void,
): void {
  const engine = testEngines().find((each) => each.name === name);
  describe(title, () => {
    if (engine) suite(engine);
    else test.skip(`needs ${name}, which is not among this run's engines`, () => undefined);
  });
}
