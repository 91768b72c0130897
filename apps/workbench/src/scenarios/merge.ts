import { count } from '@quartet/debug-panel/drawing';
import { eventCount, statementsOf, worded } from '../conclusion';
import { jsonOf } from '../client';
import type { Scenario } from './scenario';
import { addMessages } from './rows';
import { bad, good } from './scenario';

export const merge: Scenario = {
  id: 'merge',
  title: 'Merge two users',
  group: 'Transactions',
  look: 'It begins before it reads, moves the messages, deletes the user: all of it or nothing.',
  inputs: [{ name: 'messages', label: 'Messages', type: 'number', value: 6, min: 1, max: 200 }],
  concept: 'docs/concepts/transactions.md',
  workshop: '08',
  functions: ['mergeUsers'],
  models: ['User', 'Message'],

  async run(context) {
    const [from, into] = await addMessages(context, {
      authors: 2,
      messages: context.number('messages'),
    });
    const merged = await context.request('Merge', 'POST', `/users/${from}/merge`, {
      body: { into },
    });
    const { status } = await context.ask('GET', `/users/${from}`);
    const { total } = jsonOf<{ total: number }>(
      await context.ask('GET', `/users/${into}/messages`),
    );
    if (merged?.status !== 200 || status !== 404) return bad('The user is still there.');
    return good(`One user is gone; the other has all ${total} messages.`);
  },

  conclude: (styles) =>
    `Moving and deleting stand or fall together: ${worded(styles, (style) => `${statementsOf(style)} and ${count(eventCount(style, 'commit'), 'COMMIT')}`)}`,
};
