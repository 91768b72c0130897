import { createEngine } from '@quartet/db-core';
import { recorderFor } from '../src/request-recorder';
import type { RecordedSessionEvent } from '../src/session-event';

test('the events of two requests are on one clock, also where the process was held up while a recorder was made', async () => {
  await using engine = createEngine('sqlite://');
  const heard: RecordedSessionEvent[] = [];
  let [now, step] = [performance.now(), 0.01];
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += step));
  const first = recorderFor(engine, (recorded) => heard.push(recorded));
  step = 5;
  const second = recorderFor(engine, (recorded) => heard.push(recorded));
  step = 0.01;
  first.note('commit', {});
  second.note('begin', {});
  clock.mockRestore();
  const [committedAt = 0, begunAt = 0] = heard.map(({ event }) => event.at);
  expect(begunAt).toBeGreaterThan(committedAt);
});
