import { statementsOf, worded } from '../conclusion';
import type { SessionEvent } from '../protocol';
import type { SentRequest } from '../scenario-context';
import type { Scenario } from './scenario';
import { addMessages } from './rows';
import { bad, good } from './scenario';

export const exportMessages: Scenario = {
  id: 'export',
  title: 'Export as a stream',
  group: 'One request',
  look: 'The first rows are out long before the last is read, and the session lives until the stream has ended.',
  inputs: [
    { name: 'messages', label: 'Messages', type: 'number', value: 5000, min: 1, max: 20000 },
  ],
  concept: 'docs/concepts/streaming.md',
  workshop: '10',
  functions: ['exportMessages'],
  models: ['Message', 'User'],

  async run(context) {
    const messages = context.number('messages');
    await addMessages(context, { authors: 3, messages });
    const reply = await context.request('Export', 'GET', '/messages/export');
    if (reply?.status !== 200) return bad(`It answered ${reply?.status}.`);
    const { lines, bytes, chunks } = reply;
    if (lines < messages) return bad(`Only ${lines} messages came.`);
    const text = `${lines} messages: ${Math.round(bytes / 1000)} kB in ${chunks} pieces`;
    const [request] = context.requests;
    return isEarly(request, context.events)
      ? good(`${text}, the first while rows were still read.`)
      : bad(`${text}, the first when all rows had been read.`);
  },

  conclude: (styles) =>
    `The first rows left while the database still read, and the session lived to the end of the stream: ${worded(styles, statementsOf)}`,
};

/** Whether the first bytes of the answer were there before the last rows were read. */
function isEarly(
  { firstByteAt = Infinity }: Partial<SentRequest> = {},
  events: readonly SessionEvent[],
): boolean {
  return (
    firstByteAt < Math.max(...events.flatMap(({ kind, at }) => (kind === 'query' ? [at] : [])))
  );
}
