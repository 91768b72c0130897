import type { JSX } from 'preact';
import type { Entry, View } from '@quartet/debug-panel/drawing';
import { entriesOf, EVENT_SIGNS, instant } from '@quartet/debug-panel/drawing';
import type { PoolFigures } from '../../src/protocol';
import { classes, count, ms } from '../format';
import type { RequestState, StyleState } from '../run-state';
import { endOf, startOf } from '../run-state';
import { Track } from './track';

/** With more sessions than this, their lists of events are closed at first. */
const OPEN_LANES = 3;

interface SessionProps {
  readonly state: StyleState;
  readonly view: View;
  readonly ended: boolean;
}

/** The sessions, drawn on the style's own axis and listed in words. */
export function Session({ state, view, ended }: SessionProps): JSX.Element {
  const start = startOf(state);
  const spanMs = Math.max(1, endOf(state) - start);
  return (
    <>
      <Pool pool={state.pool} peak={state.peak} ended={ended} />
      {state.metrics && (
        <p class="held">Connections were out for {ms(state.metrics.heldMs)} ms in all.</p>
      )}
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
  const { label, at, answer, events } = request;
  const until = answer?.at ?? Math.max(at, events.at(-1)?.at ?? 0);
  const entries = entriesOf(request, view);
  return (
    <div class="lane">
      <h4>
        {label} <span class="figures">{ms(until - at)} ms</span>
      </h4>
      <Track request={request} view={view} zero={start} spanMs={spanMs} />
      <details open={open}>
        <summary>{count(entries.length, 'event')}</summary>
        <ol class="session-events">
          {entries.map((entry) => (
            <Row key={entry.key} entry={entry} start={start} />
          ))}
        </ol>
      </details>
    </div>
  );
}

function Row({ entry, start }: { readonly entry: Entry; readonly start: number }): JSX.Element {
  const { kind, at, text, detail, waitedMs, failed, foreign } = entry;
  return (
    <li class={classes(kind, failed && 'failed', foreign && 'foreign')}>
      <span class="when">{instant(at - start)}</span>
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
