import type { Message } from '../src/protocol';
import { Run } from '../src/run';

test('after its end a run tells nothing more, neither to who follows it nor to who comes later', () => {
  const run = new Run('find', {}, {} as never);
  const heard: string[] = [];
  run.follow(({ type }) => heard.push(type));
  const end = { type: 'end' } as unknown as Message;
  run.publish(end);
  run.publish({ type: 'style' } as unknown as Message); // a cancelled statement, late
  expect(heard).toEqual(['run', 'end']);
  run.follow(({ type }) => heard.push(type));
  expect(heard).toEqual(['run', 'end', 'run', 'end']);
});
