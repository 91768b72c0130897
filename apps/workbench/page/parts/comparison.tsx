import type { JSX } from 'preact';
import type { Metrics, StyleId, StyleInfo } from '../../src/protocol';
import { classes, ms } from '../format';
import { timeLinesOf } from '../lines';
import type { RunState, StyleState } from '../run-state';
import { Track } from './track';

interface Column {
  readonly name: keyof Metrics;
  readonly title: string;
  readonly hint: string;
}

const COLUMNS: readonly Column[] = [
  { name: 'statements', title: 'Statements', hint: 'that the code of the style asks for' },
  {
    name: 'roundTrips',
    title: 'Round trips',
    hint: 'all statements, with BEGIN, SAVEPOINT, COMMIT and the like',
  },
  { name: 'rows', title: 'Rows', hint: 'returned or changed' },
];
/** With more lines than this they are drawn thin, without names and letters. */
const NAMED_LINES = 4;

/** So many runs are timed at once. */
export const TIMED_RUNS = 15;

interface ComparisonProps {
  readonly styles: readonly StyleInfo[];
  readonly run: RunState | undefined;
  /** Whether no run is under way, or asked for. */
  readonly idle: boolean;
  /** Absent where times say nothing about a style. */
  readonly onTime?: (() => void) | undefined;
}

/** What to conclude, and the four styles with their time lines and figures, a row each. */
export function Comparison({ styles, run, idle, onTime }: ComparisonProps): JSX.Element {
  const times = run?.times;
  return (
    <section class="result" aria-label="Result" id="result">
      <p class="conclusion" role="status">
        {run?.conclusion ?? (run ? 'The four styles run one after the other…' : '')}
        {!run && <span class="quiet">Press Run to see what the four styles make of it.</span>}
        {times && <span class="times-text"> {times.text}</span>}
      </p>
      <div class="comparison">
        <table>
          <thead>
            <tr>
              <th scope="col">Style</th>
              <th scope="col">Session</th>
              <th scope="col">Outcome</th>
              {COLUMNS.map(({ name, title, hint }) => (
                <th key={name} scope="col" class="figure" title={hint}>
                  {title}
                </th>
              ))}
              {times && (
                <th
                  scope="col"
                  class="figure"
                  title="the median, and between what the middle half of the runs lies"
                >
                  Time, {times.runs} runs
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {styles.map((style) => (
              <Row key={style.id} style={style} run={run} />
            ))}
          </tbody>
        </table>
      </div>
      <div class="under">
        <Legend />
        {onTime && (
          <button
            type="button"
            class="small"
            aria-disabled={!idle}
            onClick={() => idle && onTime()}
          >
            Time it: {TIMED_RUNS} runs
          </button>
        )}
      </div>
    </section>
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
        {style.id} <small class="library">{style.library}</small>
      </th>
      <td class="lines">{state && <Lines style={style.id} state={state} run={run} />}</td>
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
      {run?.times && <Time times={run.times} style={style.id} />}
    </tr>
  );
}

/** Each style has an axis of its own: what happens is compared, not how long it took once. */
function Lines({
  style,
  state,
  run,
}: {
  readonly style: StyleId;
  readonly state: StyleState;
  readonly run: RunState | undefined;
}): JSX.Element {
  const { lines, spanMs } = timeLinesOf(state.requests);
  const view = { style, singleWriter: run?.engine?.name === 'sqlite' };
  const isNamed = lines.length <= NAMED_LINES;
  return (
    <div class={classes('strip', !isNamed && 'thin')}>
      {lines.map(({ request, zero }) => (
        <div key={request.id}>
          {isNamed && lines.length > 1 && <span class="label">{request.label}</span>}
          <Track request={request} view={view} zero={zero} spanMs={Math.max(spanMs, 1)} />
        </div>
      ))}
    </div>
  );
}

function Figure({
  column: { name, title },
  run,
  style,
}: {
  readonly column: Column;
  readonly run: RunState | undefined;
  readonly style: StyleId;
}): JSX.Element {
  const metrics = run?.styles[style]?.metrics;
  if (!metrics) return <td class="figure" />;
  const value = metrics[name];
  const all = Object.values(run?.styles ?? {}).flatMap((each) => each.metrics?.[name] ?? []);
  const more = value - Math.min(...all);
  const own = name === 'statements' ? metrics.ownStatements : 0;
  return (
    <td class="figure" data-label={title}>
      <span class="value">{value.toLocaleString('en')}</span>
      {more > 0 && <span class="more">▲ {more.toLocaleString('en')}</span>}
      {own > 0 && (
        <span class="own" title="that the library sends for itself, to read the schema">
          + {own.toLocaleString('en')} own
        </span>
      )}
    </td>
  );
}

/** The median as a figure; the middle half of the runs as a bar, on one scale for the four. */
function Time({
  times,
  style,
}: {
  readonly times: NonNullable<RunState['times']>;
  readonly style: StyleId;
}): JSX.Element {
  const { medianMs, lowMs, highMs } = times.styles[style];
  const most = Math.max(...Object.values(times.styles).map((each) => each.highMs));
  const share = (value: number): string => `${(value / most) * 100}%`;
  return (
    <td class="figure time" data-label={`Time, ${times.runs} runs`}>
      <span class="value">{ms(medianMs)} ms</span>{' '}
      <span class="spread">
        {ms(lowMs)}–{ms(highMs)}
      </span>
      <span class="scale" aria-hidden="true">
        <i class="half" style={{ left: share(lowMs), width: share(highMs - lowMs) }} />
        <i class="median" style={{ left: share(medianMs) }} />
      </span>
    </td>
  );
}

const LEGEND = [
  ['session', 'session'],
  ['connection', 'connection out of the pool'],
  ['query', 'statement'],
  ['wait', 'waiting'],
] as const;

function Legend(): JSX.Element {
  return (
    <p class="legend">
      {LEGEND.map(([kind, text]) => (
        <span key={kind}>
          <i class={`key ${kind}`} aria-hidden="true" /> {text}
        </span>
      ))}
      <span>
        <b>B</b> begin
      </span>
      <span>
        <b class="commit">C</b> commit
      </span>
      <span>
        <b class="rollback">R</b> rollback
      </span>
    </p>
  );
}
