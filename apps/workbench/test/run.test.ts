import type { Message } from '../src/protocol';
import { Run } from '../src/run';

test('after its end a run publishes nothing more, to followers of before and of later', () => {
  const run = new Run('find', {}, {} as never);
  const received: string[] = [];
  run.follow(({ type }) => received.push(type));
  const end = { type: 'end' } as unknown as Message;
  run.publish(end);
  run.publish({ type: 'style' } as unknown as Message); // a cancelled statement, late
  expect(received).toEqual(['run', 'end']);
  run.follow(({ type }) => received.push(type));
  expect(received).toEqual(['run', 'end', 'run', 'end']);
});
