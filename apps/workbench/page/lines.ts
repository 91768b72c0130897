/** Where requests stand on a style's time lines: those that overlap share a clock, any other begins at zero. */
import type { RequestState } from './run-state';

export interface TimeLine {
  readonly request: RequestState;
  /** What is drawn at the left end, in milliseconds since the style began. */
  readonly zero: number;
}

/** @returns the lines, and how long the axis is that they share */
export function timeLinesOf(requests: readonly RequestState[]): {
  readonly lines: readonly TimeLine[];
  readonly spanMs: number;
} {
  const lines: TimeLine[] = [];
  let [zero, end, spanMs] = [0, -Infinity, 0];
  for (const request of requests) {
    const from = request.events[0]?.at ?? request.at;
    if (from >= end) zero = from;
    end = Math.max(from >= end ? from : end, endOf(request));
    spanMs = Math.max(spanMs, end - zero);
    lines.push({ request, zero });
  }
  return { lines, spanMs };
}

/** When its session was removed; of one that is open, or never had a connection, the answer counts too. */
function endOf({ at, events, answer }: RequestState): number {
  const last = events.at(-1);
  const isOver = last?.kind === 'session-removed' && events.some(({ kind }) => kind === 'checkout');
  return Math.max(last?.at ?? at, isOver ? 0 : (answer?.at ?? 0));
}
