import { count } from '@quartet/debug-panel/drawing';
import { eventCount, worded } from '../conclusion';
import { jsonOf } from '../client';
import type { Scenario } from './scenario';
import { bad, good } from './scenario';

export const handlerThrows: Scenario = {
  id: 'handler-throws',
  title: 'A handler that throws',
  group: 'When things go wrong',
  look: 'It wrote a row and failed before the commit. Nobody calls rollback, and yet there is one: the end of the request.',
  inputs: [{ name: 'name', label: 'Name', type: 'text', value: 'ana', maxLength: 20 }],
  concept: 'docs/concepts/scope-and-teardown.md',
  workshop: '05',
  functions: ['createUserThenFail'],
  models: ['User'],

  async run(context) {
    const user = context.uniqueUser(context.text('name'));
    const path = '/variants/users/then-fail';
    const reply = await context.request('Write, then throw', 'POST', path, { body: user });
    const left = jsonOf<{ total: number }>(
      await context.ask('GET', `/users?name=${encodeURIComponent(user.name)}`),
    );
    if (left.total > 0) return bad('The row stayed.');
    return good(`It answered ${reply?.status}; the row it had written is gone.`);
  },

  conclude: (styles) =>
    `Nobody called rollback, and the end of the request did: ${worded(styles, (style) => count(eventCount(style, 'rollback'), 'ROLLBACK'))}`,
};
