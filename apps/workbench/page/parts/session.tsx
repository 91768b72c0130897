import type { JSX } from 'preact';
import type { Entry, View } from '@quartet/debug-panel/drawing';
import {
  describeEntries,
  entriesOf,
  EVENT_SIGNS,
  MARK_LETTERS,
  marksOf,
  spansOf,
} from '@quartet/debug-panel/drawing';
import type { PoolFigures } from '../../src/protocol';
import { classes, count, ms } from '../format';
import type { RequestState, StyleState } from '../run-state';
import { startOf } from '../run-state';

/** With more sessions than this, their lists of events are closed at first. */
const OPEN_LANES = 3;

interface SessionProps {
  readonly state: StyleState;
  readonly view: View;
  /** The length of the axis, the same in all four panes. */
  readonly spanMs: number;
  readonly ended: boolean;
}

/** The sessions, drawn on one axis and listed in words. */
export function Session({ state, view, spanMs, ended }: SessionProps): JSX.Element {
  const start = startOf(state);
  return (
    <>
      <Pool pool={state.pool} peak={state.peak} ended={ended} />
      {state.requests.map((request) => (
        <Lane
          key={request.id}
          request={request}
          view={view}
          start={start}
          spanMs={spanMs}
          open={state.requests.length <= OPEN_LANES}
        />
      ))}
      <p class="axis" aria-hidden="true">
        <span>0</span>
        <span>{ms(spanMs)} ms</span>
      </p>
    </>
  );
}

function Pool({
  pool,
  peak,
  ended,
}: {
  readonly pool: PoolFigures;
  readonly peak: number;
  readonly ended: boolean;
}): JSX.Element {
  const { inUse, max, waiting } = pool;
  const text = `${inUse} of ${max} connections out${waiting > 0 ? `, ${waiting} waiting` : ''}`;
  return (
    <div class="pool">
      <span class="cells" aria-hidden="true">
        {Array.from({ length: max }, (_, index) => (
          <i key={index} class={index < inUse ? 'out' : index < peak ? 'was' : ''} />
        ))}
      </span>
      <span>
        {text}
        {ended && peak > inUse ? `, ${peak} at most` : ''}
      </span>
    </div>
  );
}

function Lane({
  request,
  view,
  start,
  spanMs,
  open,
}: {
  readonly request: RequestState;
  readonly view: View;
  readonly open: boolean;
  readonly start: number;
  readonly spanMs: number;
}): JSX.Element {
  const { label, method, path, at, answer, events } = request;
  const now = Math.max(at, answer?.at ?? 0, events.at(-1)?.at ?? 0);
  const share = (time: number): string => `${Math.min(100, ((time - start) / spanMs) * 100)}%`;
  const width = (from: number, to: number): string => `${((to - from) / spanMs) * 100}%`;
  const entries = entriesOf(request, view);
  return (
    <section class="lane" aria-label={label}>
      <h4>
        {label} <span class="figures">{ms((answer?.at ?? now) - at)} ms</span>
      </h4>
      <div class="track" role="img" aria-label={`${method} ${path}: ${describeEntries(entries)}`}>
        <i class="span request" style={{ left: share(at), width: width(at, answer?.at ?? now) }} />
        {spansOf(request, now, view).map(({ kind, from, to, failed, foreign }, index) => (
          <i
            key={index}
            class={classes('span', kind, failed && 'failed', foreign && 'foreign')}
            style={{ left: share(from), width: width(from, to) }}
          />
        ))}
        {marksOf(request).map(({ kind, at: when }, index) => (
          <i key={index} class={`mark ${kind}`} style={{ left: share(when) }}>
            {MARK_LETTERS[kind]}
          </i>
        ))}
      </div>
      <details open={open}>
        <summary>{count(entries.length, 'event')}</summary>
        <ol class="session-events" tabIndex={0} aria-label={`Events of ${label}`}>
          {entries.map((entry) => (
            <Row key={entry.key} entry={entry} start={start} />
          ))}
        </ol>
      </details>
    </section>
  );
}

function Row({ entry, start }: { readonly entry: Entry; readonly start: number }): JSX.Element {
  const { kind, at, text, detail, waitedMs, failed, foreign } = entry;
  return (
    <li class={classes(kind, failed && 'failed', foreign && 'foreign')}>
      <span class="when">{(at - start).toFixed(1)}</span>
      <span class="sign" aria-hidden="true">
        {failed ? '✕' : EVENT_SIGNS[kind]}
      </span>
      <span class="what">
        {text}
        {detail && <span class="detail"> {detail}</span>}
        {waitedMs !== undefined && (
          <strong class="waited">
            waited {ms(waitedMs)} ms for {kind === 'checkout' ? 'a connection' : 'the writer lock'}
          </strong>
        )}
      </span>
    </li>
  );
}
