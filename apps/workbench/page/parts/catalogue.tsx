import type { JSX } from 'preact';
import type { Bench } from '../../src/protocol';
import { writeAddress } from '../address';
import { Content } from './content';
import { Link } from './link';

const GROUPS = ['One request', 'Relations', 'Transactions', 'When things go wrong'];

/** The first page: all scenarios. */
export function Catalogue({
  bench,
  engine,
}: {
  readonly bench: Bench;
  /** The engine's name in the address, if there is one. */
  readonly engine: string | undefined;
}): JSX.Element {
  return (
    <Content class="catalogue">
      <h1>Watch one operation happen in four styles</h1>
      <p class="lead">
        Choose one and press Run: the source that ran, the SQL it sent, the life of its session and
        the answer, side by side for{' '}
        {bench.styles
          .map(({ library }) => library)
          .join(', ')
          .replace(/, ([^,]+)$/, ' and $1')}
        .
      </p>
      {GROUPS.map((group) => (
        <section key={group} aria-label={group}>
          <h2>{group}</h2>
          <ul>
            {bench.scenarios
              .filter((scenario) => scenario.group === group)
              .map(({ id, title, look }) => (
                <li key={id}>
                  <Link to={writeAddress({ scenario: id, given: {}, ...(engine && { engine }) })}>
                    <strong>{title}</strong>
                    <span>{look}</span>
                  </Link>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </Content>
  );
}
