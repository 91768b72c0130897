/**
 * `@quartet/debug-panel/drawing`: a session as it is drawn and told, for a page's own code too: nothing here needs Node.
 *
 * @packageDocumentation
 */
export type {
  CodeLine,
  Place,
  Plan,
  PoolFigures,
  Repetition,
  SessionEvent,
  SessionEventKind,
  Statement,
  Token,
} from './events';
export type { Entry, Mark, Span, Timed, View } from './timeline';
export { count, instant, ms } from './format';
export { costsRoundTrip, heldMs } from './round-trip';
export {
  describeEntries,
  EVENT_SIGNS,
  entriesOf,
  MARK_LETTERS,
  marksOf,
  REPEATED_SIGNS,
  spansOf,
} from './timeline';
