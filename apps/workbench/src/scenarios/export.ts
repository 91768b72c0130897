import type { Scenario } from './scenario';
import { addMessages } from './rows';
import { bad, good } from './scenario';

export const exportMessages: Scenario = {
  id: 'export',
  title: 'Export as a stream',
  group: 'One request',
  look: 'The first rows are out long before the last is read, and the session lives until the stream has ended.',
  inputs: [
    { name: 'messages', label: 'Messages', type: 'number', value: 2000, min: 1, max: 20000 },
  ],
  concept: 'docs/concepts/streaming.md',
  workshop: 'docs/workshop/09-streaming.md',
  functions: ['exportMessages'],
  models: ['Message', 'User'],

  async run(context) {
    const messages = context.number('messages');
    await addMessages(context, { authors: 3, messages });
    const reply = await context.request('Export', 'GET', '/messages/export');
    if (reply?.status !== 200) return bad(`It answered ${reply?.status}.`);
    const { lines, bytes, chunks } = reply;
    if (lines < messages) return bad(`Only ${lines} messages came.`);
    return good(`${lines} messages: ${Math.round(bytes / 1000)} kB in ${chunks} pieces.`);
  },
};
