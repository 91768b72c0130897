import { eventCount, statementsOf, worded } from '../conclusion';
import { jsonOf } from '../client';
import type { Scenario } from './scenario';
import { bad, good } from './scenario';

export const find: Scenario = {
  id: 'find',
  title: 'Find a user',
  group: 'One request',
  look: 'Reading needs a session too. On SQLite no transaction begins before the first write; elsewhere it does, and is rolled back at the end.',
  inputs: [{ name: 'name', label: 'Name', type: 'text', value: 'ana', maxLength: 20 }],
  concept: 'docs/concepts/transactions.md',
  workshop: '03',
  functions: ['findUser', 'findAccount'],
  models: ['User'],

  async run(context) {
    const user = context.uniqueUser(context.text('name'));
    const { id } = jsonOf<{ id: number }>(await context.ask('POST', '/users', user));
    const byId = await context.request('By id', 'GET', `/users/${id}`);
    const byName = await context.request(
      'By name',
      'GET',
      `/find/${encodeURIComponent(user.name)}`,
    );
    const found = byId?.status === 200 && byName?.status === 200;
    return found ? good('Found by id and by name.') : bad('It was not found.');
  },

  conclude(styles) {
    const cost = worded(styles, statementsOf);
    return styles.every((style) => eventCount(style, 'begin') === 0)
      ? `Reading alone begins no transaction here: ${cost} and no BEGIN`
      : `Reading alone begins a transaction too here, which the end of the request rolls back: ${cost}`;
  },
};
