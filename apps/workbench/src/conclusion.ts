/** What to conclude from a run, in one sentence: computed from what was measured for the four styles together. */
import type { Engine } from '@quartet/db-core';
import { count } from '@quartet/debug-panel/drawing';
import type { Metrics, Outcome, SessionEvent, StyleId } from './protocol';
import type { SentRequest } from './scenario-context';
import type { Sent } from './statements';
import { metricsOf } from './statements';

/** One style's part of a run. */
export interface Measured {
  readonly style: StyleId;
  readonly outcome: Outcome;
  readonly requests: readonly MeasuredRequest[];
  readonly metrics: Metrics;
}

/** The part of a scenario that is about what to conclude. */
export interface Lesson {
  /** It shows a mistake: that it ends badly in every style is a result too. */
  readonly mistake?: boolean;
  /** What to conclude, in one sentence without its full stop, when all styles have ended well; by default, what they cost. */
  readonly conclude?: (styles: readonly Measured[]) => string;
}

export interface MeasuredRequest extends SentRequest {
  readonly events: readonly SessionEvent[];
  readonly metrics: Metrics;
}

/** @param sent the style's own */
export function measure(
  style: StyleId,
  outcome: Outcome,
  requests: readonly SentRequest[],
  sent: readonly Sent[],
  engine: Engine,
): Measured {
  const eventsOf = (id: number): SessionEvent[] =>
    sent.flatMap(({ requestId, event }) => (requestId === id ? [event] : []));
  return {
    style,
    outcome,
    requests: requests.map((request) => {
      const events = eventsOf(request.id);
      return { ...request, events, metrics: metricsOf(events, engine) };
    }),
    metrics: metricsOf(
      sent.map(({ event }) => event),
      engine,
    ),
  };
}

/** One sentence. */
export function conclude({ conclude: own, mistake }: Lesson, styles: readonly Measured[]): string {
  const bad = styles.filter(({ outcome }) => outcome.tone === 'bad');
  if (bad.length > 0 && bad.length < styles.length)
    return `Not all end alike: look at ${names(bad)}.`;
  if (bad.length > 0 && !mistake) return 'All four failed: look at the answers.';
  const sentence = (own ?? costs)(styles);
  return `${sentence}${ownStatements(styles)}.`;
}

/** `9 rows in all four styles`, or `9 rows in classical and sql-builder, 21 rows in extension and declarative`. */
export function worded(styles: readonly Measured[], value: (measured: Measured) => string): string {
  const all = [...new Set(styles.map(value))];
  if (all.length === 1) return `${all[0]} in all four styles`;
  return all
    .map((each) => `${each} in ${names(styles.filter((style) => value(style) === each))}`)
    .join(', ');
}

/** `9 statements`, without those of the library's own. */
export function statementsOf({ metrics }: Measured): string {
  return count(metrics.statements, 'statement');
}

export function eventCount(
  { requests }: Pick<Measured, 'requests'>,
  kind: SessionEvent['kind'],
): number {
  return requests.flatMap(({ events }) => events).filter((event) => event.kind === kind).length;
}

/** What it cost, for a scenario that has nothing else to say. */
function costs(styles: readonly Measured[]): string {
  const cost = (style: Measured): string =>
    `${statementsOf(style)} in ${count(style.metrics.roundTrips, 'round trip')}`;
  const differs = new Set(styles.map(cost)).size > 1;
  return differs
    ? `All four end alike at different costs: ${worded(styles, cost)}`
    : `All four end alike at the same cost, and what differs is the code: ${worded(styles, cost)}`;
}

/** Beside what their code asks for. */
function ownStatements(styles: readonly Measured[]): string {
  const those = styles.filter(({ metrics }) => metrics.ownStatements > 0);
  if (those.length === 0) return '';
  const most = Math.max(...those.map(({ metrics }) => metrics.ownStatements));
  const alike = those.every(({ metrics }) => metrics.ownStatements === most);
  const verb = those.length === 1 ? 'sends' : 'send';
  return ` (${names(those)} also ${verb} ${alike ? '' : 'up to '}${most} for ${those.length === 1 ? 'itself' : 'themselves'}, to read the schema)`;
}

/** `extension, declarative and classical` */
function names(styles: readonly Measured[]): string {
  const list = styles.map(({ style }) => style);
  const last = list.pop();
  return list.length === 0 ? String(last) : `${list.join(', ')} and ${last}`;
}
