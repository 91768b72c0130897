import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DiffRow, StyleInfo } from '../../src/protocol';
import { getDiff } from '../api';
import { Line } from './code';

const SIGNS = { same: ['', ''], changed: ['−', '+'], left: ['−', ''], right: ['', '+'] };

interface DiffProps {
  readonly scenario: string;
  readonly styles: readonly StyleInfo[];
  readonly pair: string;
  readonly onPair: (pair: string | undefined) => void;
}

/** Two styles' source next to each other; differences are marked with − and +. */
export function Diff({ scenario, styles, pair, onPair }: DiffProps): JSX.Element {
  const [left = '', right = ''] = pair.split(',');
  const [rows, setRows] = useState<DiffRow[]>([]);
  const [error, setError] = useState('');
  useEffect(() => {
    setError('');
    getDiff(scenario, left, right).then(setRows, (reason: Error) => setError(reason.message));
  }, [scenario, left, right]);
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
      {error && <p class="error">{error}</p>}
      <div class="sheet" tabIndex={0} role="region" aria-label={`${left} and ${right}`}>
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
      </div>
    </section>
  );
}

function Half({
  side,
  sign,
}: {
  readonly side: DiffRow['left'];
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
