import type { JSX } from 'preact';
import type { Metrics, StyleId, StyleInfo } from '../../src/protocol';
import { ms } from '../format';
import type { RunState } from '../run-state';

interface Column {
  readonly name: keyof Metrics;
  readonly title: string;
  readonly hint: string;
  readonly show: (value: number) => string;
  /** Whether a value above the least is marked; times are not, since they differ from run to run. */
  readonly counts: boolean;
}

const whole = (value: number): string => value.toLocaleString('en');
const COLUMNS: readonly Column[] = [
  {
    name: 'statements',
    title: 'Statements',
    hint: 'sent by the library',
    show: whole,
    counts: true,
  },
  {
    name: 'roundTrips',
    title: 'Round trips',
    hint: 'with BEGIN, SAVEPOINT, COMMIT and the like',
    show: whole,
    counts: true,
  },
  { name: 'rows', title: 'Rows', hint: 'returned or changed', show: whole, counts: true },
  {
    name: 'timeMs',
    title: 'Time, ms',
    hint: 'from the first request to the last answer',
    show: ms,
    counts: false,
  },
  {
    name: 'heldMs',
    title: 'Connection held, ms',
    hint: 'how long connections were out of the pool',
    show: ms,
    counts: false,
  },
];

/** The figures of the four styles, a line each; values above the least are marked with a sign and the difference. */
export function Comparison({
  styles,
  run,
}: {
  readonly styles: readonly StyleInfo[];
  readonly run: RunState | undefined;
}): JSX.Element {
  return (
    <div class="comparison" tabIndex={0} role="region" aria-label="Comparison">
      <table>
        <thead>
          <tr>
            <th scope="col">Style</th>
            <th scope="col">Outcome</th>
            {COLUMNS.map(({ name, title, hint }) => (
              <th key={name} scope="col" class="figure" title={hint}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {styles.map((style) => (
            <Row key={style.id} style={style} run={run} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  style,
  run,
}: {
  readonly style: StyleInfo;
  readonly run: RunState | undefined;
}): JSX.Element {
  const state = run?.styles[style.id];
  const outcome = state?.outcome;
  return (
    <tr data-style={style.id}>
      <th scope="row">
        <span class={`dot ${style.id}`} aria-hidden="true" />
        {style.id}
      </th>
      <td class={`outcome ${outcome?.tone ?? ''}`}>
        {outcome ? (
          <>
            <span class="sign" aria-hidden="true">
              {outcome.tone === 'good' ? '✓' : '✕'}
            </span>
            <span>{outcome.text}</span>
          </>
        ) : (
          <span class="quiet">{state && !run?.end ? 'running…' : '–'}</span>
        )}
      </td>
      {COLUMNS.map((column) => (
        <Figure key={column.name} column={column} run={run} style={style.id} />
      ))}
    </tr>
  );
}

function Figure({
  column: { name, title, show, counts },
  run,
  style,
}: {
  readonly column: Column;
  readonly run: RunState | undefined;
  readonly style: StyleId;
}): JSX.Element {
  const value = run?.styles[style]?.metrics?.[name];
  if (value === undefined) return <td class="figure" />;
  const all = Object.values(run?.styles ?? {}).flatMap(({ metrics }) =>
    metrics ? [metrics[name]] : [],
  );
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const more = counts && value > least ? value - least : 0;
  return (
    <td class="figure" data-label={title}>
      <span class="value">{show(value)}</span>
      <span class="more">{more > 0 && `▲ ${whole(more)}`}</span>
      <i
        class="bar"
        style={{ width: `${most > 0 ? (value / most) * 100 : 0}%` }}
        aria-hidden="true"
      />
    </td>
  );
}
