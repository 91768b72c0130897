import type { JSX } from 'preact';
import type { Sources, StyleId, StyleInfo } from '../../src/protocol';
import type { ComparedPart, Side } from '../compare';
import { compareExcerpts, compareSql } from '../compare';
import { count } from '../format';
import type { RunState } from '../run-state';
import { Line } from './code';

const SIGNS = { same: ['', ''], changed: ['−', '+'], left: ['−', ''], right: ['', '+'] };

interface DiffProps {
  readonly styles: readonly StyleInfo[];
  readonly sources: Sources | undefined;
  readonly run: RunState | undefined;
  readonly pair: string;
  readonly onPair: (pair: string | undefined) => void;
}

/** Two styles' models, queries and SQL next to each other; differences are marked with − and +. */
export function Diff({ styles, sources, run, pair, onPair }: DiffProps): JSX.Element {
  const [left, right] = chosenOf(pair, styles);
  const [ours, theirs] = [sources?.[left], sources?.[right]];
  const [sent, sentThere] = [run?.styles[left], run?.styles[right]];
  const select = (label: string, value: string, choose: (id: string) => void): JSX.Element => (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {styles.map(({ id }) => (
        <option key={id}>{id}</option>
      ))}
    </select>
  );
  return (
    <section class="diff" aria-label="Difference">
      <header>
        <h2>Difference</h2>
        {select('Left', left, (id) => onPair(`${id},${right}`))}
        {select('Right', right, (id) => onPair(`${left},${id}`))}
        <button type="button" onClick={() => onPair(undefined)}>
          Close
        </button>
      </header>
      {ours && theirs && (
        <>
          <Kind title="Queries" parts={compareExcerpts('functions', ours, theirs)} />
          <Kind title="Models" parts={compareExcerpts('models', ours, theirs)} />
        </>
      )}
      {sent?.groups && sentThere?.groups ? (
        <Kind title="SQL" parts={compareSql(sent, sentThere)} />
      ) : (
        <p class="quiet">SQL: press Run to compare what is sent.</p>
      )}
    </section>
  );
}

function chosenOf(pair: string, styles: readonly StyleInfo[]): [StyleId, StyleId] {
  const ids = pair.split(',').map((id) => styles.find((style) => style.id === id)?.id);
  return [ids[0] ?? 'declarative', ids[1] ?? 'classical'];
}

function Kind({
  title,
  parts,
}: {
  readonly title: string;
  readonly parts: readonly ComparedPart[];
}): JSX.Element {
  const differ = parts.filter(({ isIdentical }) => !isIdentical);
  return (
    <div class="kind" data-kind={title}>
      <h3>
        {title}{' '}
        <Verdict
          isIdentical={differ.length === 0}
          text={`${differ.length} of ${count(parts.length, 'part')} differ`}
        />
      </h3>
      {parts.map(({ name, rows, isIdentical }) => (
        <div key={name} class="compared">
          <h4>
            {name} <Verdict isIdentical={isIdentical} text="differs" />
          </h4>
          {!isIdentical && (
            <table>
              <tbody>
                {rows.map((row, index) => (
                  <tr key={index} class={row.kind}>
                    <Half side={row.left} sign={SIGNS[row.kind][0]} />
                    <Half side={row.right} sign={SIGNS[row.kind][1]} />
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
      ))}
    </div>
  );
}

function Verdict({
  isIdentical,
  text,
}: {
  readonly isIdentical: boolean;
  readonly text: string;
}): JSX.Element {
  return isIdentical ? (
    <span class="chip good">= identical</span>
  ) : (
    <span class="chip refused">≠ {text}</span>
  );
}

function Half({
  side,
  sign,
}: {
  readonly side: Side | undefined;
  readonly sign?: string | undefined;
}): JSX.Element {
  return (
    <>
      <td class="number">{side?.line}</td>
      <td class={side ? 'half' : 'half empty'}>
        <span class="sign">{sign}</span>
        {side && (
          <code>
            <Line tokens={side.tokens} />
          </code>
        )}
      </td>
    </>
  );
}
