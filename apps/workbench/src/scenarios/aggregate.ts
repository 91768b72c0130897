import { count } from '@quartet/debug-panel/drawing';
import { worded } from '../conclusion';
import { jsonOf } from '../client';
import type { Scenario } from './scenario';
import { addMessages } from './rows';
import { bad, good } from './scenario';

export const aggregate: Scenario = {
  id: 'aggregate',
  title: 'Aggregate: top authors',
  group: 'Relations',
  look: 'The database counts and sorts: one grouped statement, a few rows back, however many messages there are.',
  inputs: [
    { name: 'messages', label: 'Messages', type: 'number', value: 300, min: 1, max: 5000 },
    { name: 'limit', label: 'Limit', type: 'number', value: 3, min: 1, max: 100 },
  ],
  concept: 'docs/concepts/queries.md',
  workshop: '06',
  functions: ['topAuthors'],
  models: ['Message', 'User'],

  async run(context) {
    await addMessages(context, { authors: 3, messages: context.number('messages') });
    const reply = await context.request(
      'Top',
      'GET',
      `/stats/top-authors?limit=${context.number('limit')}`,
    );
    if (reply?.status !== 200) return bad(`It answered ${reply?.status}.`);
    const [first] = jsonOf<{ messages: number }[]>(reply);
    return good(`The most diligent author wrote ${first?.messages} messages.`);
  },

  conclude: (styles) =>
    `The database counted, and little came back: ${worded(styles, ({ metrics: { statements, rows } }) => `${count(statements, 'statement')} and ${count(rows, 'row')}`)}`,
};
