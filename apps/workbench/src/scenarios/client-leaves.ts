import { count } from '@quartet/debug-panel/drawing';
import { eventCount, worded } from '../conclusion';
import type { Scenario } from './scenario';
import { countOwnRows } from './rows';
import { bad, good } from './scenario';

export const clientLeaves: Scenario = {
  id: 'client-leaves',
  title: 'The client goes away',
  group: 'When things go wrong',
  look: 'In the middle of a slow statement (on SQLite: of a wait) the client hangs up. The statement is cancelled, what was written is rolled back, the connection comes home.',
  inputs: [
    {
      name: 'waitMs',
      label: 'It would take, ms',
      type: 'number',
      value: 1500,
      min: 200,
      max: 5000,
    },
  ],
  concept: 'docs/concepts/scope-and-teardown.md',
  workshop: '05',
  paced: true,
  functions: ['createUserSlowly'],
  models: ['User'],

  async run(context) {
    const waitMs = context.number('waitMs');
    const reply = await context.request('Abandoned', 'POST', '/variants/users/slow-statement', {
      body: { ...context.uniqueUser('ana'), waitMs },
      leaveAfter: 1,
    });
    const left = await countOwnRows(context);
    if (reply || left > 0) return bad('It was done before the client left.');
    const end = Math.max(...context.events.map(({ at }) => at));
    return good(
      `Undone after ${end.toFixed(0)} ms instead of ${waitMs}: the row it had written is gone.`,
    );
  },

  conclude: (styles) =>
    `The client left before an answer, and its row was undone: ${worded(styles, (style) => count(eventCount(style, 'rollback'), 'ROLLBACK'))}`,
};
