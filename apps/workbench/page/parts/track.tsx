import type { JSX } from 'preact';
import type { View } from '@quartet/debug-panel/drawing';
import {
  describeEntries,
  entriesOf,
  MARK_LETTERS,
  marksOf,
  spansOf,
} from '@quartet/debug-panel/drawing';
import { classes } from '../format';
import type { RequestState } from '../run-state';

interface TrackProps {
  readonly request: RequestState;
  readonly view: View;
  /** What is drawn at the left end, in milliseconds since the style began. */
  readonly zero: number;
  /** The length of the axis. */
  readonly spanMs: number;
}

/** The life of one request's session on an axis; a screen reader has it in words. */
export function Track({ request, view, zero, spanMs }: TrackProps): JSX.Element {
  const { method, path, at, answer, events } = request;
  const now = Math.max(at, answer?.at ?? 0, events.at(-1)?.at ?? 0);
  const share = (time: number): string =>
    `${Math.min(100, Math.max(0, ((time - zero) / spanMs) * 100))}%`;
  const width = (from: number, to: number): string =>
    `${(Math.max(0, Math.min(to, zero + spanMs) - Math.max(from, zero)) / spanMs) * 100}%`;
  return (
    <div
      class="track"
      role="img"
      aria-label={`${method} ${path}: ${describeEntries(entriesOf(request, view))}`}
    >
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
  );
}
