import { count } from '@quartet/debug-panel/drawing';
import { eventCount, worded } from '../conclusion';
import type { Scenario } from './scenario';
import { bad, good } from './scenario';

export const duplicate: Scenario = {
  id: 'duplicate',
  title: 'Duplicate, rolled back',
  group: 'One request',
  look: 'The second INSERT breaks the unique constraint: 409 for the client, ROLLBACK for the session, nothing left open.',
  inputs: [{ name: 'name', label: 'Name', type: 'text', value: 'ana', maxLength: 20 }],
  concept: 'docs/concepts/errors.md',
  workshop: '04',
  functions: ['createUser', 'createAccount'],
  models: ['User'],

  async run(context) {
    const user = context.uniqueUser(context.text('name'));
    const path = `/create/${user.name}/${encodeURIComponent(user.email)}`;
    await context.request('First', 'POST', '/users', { body: user });
    const second = await context.request('Duplicate', 'POST', '/users', { body: user });
    const third = await context.request("Duplicate, by the article's route", 'POST', path);
    if (second?.status !== 409) return bad(`The duplicate answered ${second?.status}.`);
    return good(`The duplicate was refused with 409, then: “${third?.text}”. One row is there.`);
  },

  conclude: (styles) =>
    `Each refused INSERT ended in a rollback and left nothing open: ${worded(styles, (style) => count(eventCount(style, 'rollback'), 'ROLLBACK'))}`,
};
