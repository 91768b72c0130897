import { timeLinesOf } from '../page/lines';
import type { RequestState } from '../page/run-state';

/** A session that has its connection from the first to the last millisecond. */
function request(id: number, from: number, to: number): RequestState {
  const events = (['session-opened', 'checkout', 'session-removed'] as const).map(
    (kind, index) => ({
      id: index,
      kind,
      at: index === 2 ? to : from,
    }),
  );
  const answer = { at: to + 50, headers: [], body: [], bytes: 0 };
  return { id, label: '', method: '', path: '', at: from - 1, events, answer };
}

test('requests one after another begin at zero, each on the axis of the longest', () => {
  const { lines, spanMs } = timeLinesOf([request(1, 10, 40), request(2, 100, 110)]);
  expect(lines.map(({ zero }) => zero)).toEqual([10, 100]);
  expect(spanMs).toBe(30);
});

test('requests that overlap share a clock', () => {
  const { lines, spanMs } = timeLinesOf([
    request(1, 10, 40),
    request(2, 30, 90),
    request(3, 200, 201),
  ]);
  expect(lines.map(({ zero }) => zero)).toEqual([10, 10, 200]);
  expect(spanMs).toBe(80);
});

test('a session that never had a connection lasts until the answer', () => {
  const [opened, , removed] = request(1, 0, 300).events;
  const waiting = {
    ...request(1, 0, 300),
    events: [opened, removed].flatMap((each) => each ?? []),
  };
  expect(timeLinesOf([waiting]).spanMs).toBe(350);
});
