import type { SessionEvent, Timed } from '../src/drawing';
import { costsRoundTrip, entriesOf, marksOf, spansOf } from '../src/drawing';
import { summary } from '../src/drawing/timeline';

const SQLITE = { singleWriter: true } as const;
const SERVER = { singleWriter: false } as const;

function requestState(events: readonly Partial<SessionEvent>[], answeredAt?: number): Timed {
  return {
    events: events.map((event, id) => ({ id, kind: 'query', at: id, ...event })),
    ...(answeredAt !== undefined && {
      answer: { at: answeredAt },
    }),
  };
}

const COMPLETE = requestState([
  { kind: 'session-opened', at: 1 },
  { kind: 'checkout', at: 2, durationMs: 0.1 },
  { kind: 'begin', at: 50, durationMs: 47 },
  { kind: 'query', at: 52, durationMs: 1, sql: 'insert into users values (1)' },
  { kind: 'commit', at: 53 },
  { kind: 'checkin', at: 54 },
  { kind: 'session-removed', at: 55 },
]);

test('a session’s life is spans on one axis', () => {
  expect(spansOf(COMPLETE, 60, SQLITE)).toEqual([
    { kind: 'wait', from: 3, to: 50 },
    { kind: 'query', from: 51, to: 52, failed: false, foreign: false },
    { kind: 'connection', from: 2, to: 54 },
    { kind: 'session', from: 1, to: 55 },
  ]);
  expect(marksOf(COMPLETE)).toEqual([
    { kind: 'begin', at: 50 },
    { kind: 'commit', at: 53 },
  ]);
});

test('only where there is one writer does a long BEGIN mean waiting', () => {
  const waits = (view: typeof SQLITE | typeof SERVER) =>
    entriesOf(COMPLETE, view).flatMap(({ waitedMs }) => waitedMs ?? []);
  expect(waits(SQLITE)).toEqual([47]);
  expect(waits(SERVER)).toEqual([]);
});

test('a BEGIN that costs no round trip says why, and is not counted as one', () => {
  const waiting = requestState(
    (['sent', 'joined', 'implicit'] as const).map((way) => ({ kind: 'begin', way })),
  );
  expect(entriesOf(waiting, SERVER).map(({ text, detail }) => [text, detail])).toEqual([
    ['BEGIN', undefined],
    ['BEGIN', 'with the next statement'],
    ['BEGIN', 'by the next statement'],
  ]);
  expect(waiting.events.map(costsRoundTrip)).toEqual([true, false, false]);
});

test('spans that are still open end now', () => {
  const open = requestState([
    { kind: 'session-opened', at: 1 },
    { kind: 'checkout', at: 2 },
  ]);
  expect(spansOf(open, 9, SQLITE)).toEqual([
    { kind: 'connection', from: 2, to: 9 },
    { kind: 'session', from: 1, to: 9 },
  ]);
});

test('a session that was given no connection waited until the answer', () => {
  const none = requestState([{ kind: 'session-opened', at: 1 }], 301);
  expect(spansOf(none, 301, SERVER)).toEqual([{ kind: 'wait', from: 1, to: 301 }]);
  expect(entriesOf(none, SERVER).at(-1)).toMatchObject({ text: 'No connection', waitedMs: 300 });
});

test.each([
  ['SELECT a FROM "users" WHERE x', 'SELECT users'],
  ['insert into `tags` (`name`) values (?)', 'INSERT tags'],
  ['UPDATE messages SET body = ?', 'UPDATE messages'],
  ['PRAGMA table_info(`users`)', 'PRAGMA users'],
  ['select * from (select * from `messages` where 1) as m', 'SELECT messages'],
  ['SELECT pg_sleep(1)', 'SELECT'],
])('%s is told as %s', (sql, told) => {
  expect(summary(sql)).toBe(told);
});
