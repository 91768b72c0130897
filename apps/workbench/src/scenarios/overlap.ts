import type { Scenario } from './scenario';
import { addMessages, countOwn } from './rows';
import { bad, good } from './scenario';

export const overlap: Scenario = {
  id: 'overlap',
  title: 'Two transactions overlap',
  group: 'Transactions',
  look: 'A long import and a short write at once. On SQLite the short one waits for the writer lock, hatched on its time line; elsewhere it passes.',
  inputs: [{ name: 'rows', label: 'Rows of the import', type: 'number', value: 60, min: 5, max: 300 }],
  concept: 'docs/concepts/sqlite.md',
  workshop: 'docs/workshop/10-concurrency.md',
  functions: ['importUsers', 'createMessage'],
  models: ['User', 'Message'],

  async run(stage) {
    const [author] = await addMessages(stage, { authors: 1, messages: 0 });
    const rows = Array.from({ length: stage.number('rows') }, (_, index) =>
      stage.ownUser(`row-${index}`),
    );
    // The second asks when the first is seen to have begun: it meets a transaction that is open.
    const begun = stage.next('begin');
    const long = stage.request('Import, long', 'POST', '/users/import', { body: rows });
    await Promise.race([begun, long]);
    const body = { body: 'meanwhile', tags: [stage.own('tag')] };
    const short = stage.request('Message, short', 'POST', `/users/${author}/messages`, { body });
    const replies = await Promise.all([long, short]);
    const failed = replies.find((reply) => (reply?.status ?? 0) >= 400);
    if (failed) return bad(`One of them answered ${failed.status}.`);
    const waited = Math.max(...stage.events.map(({ kind, durationMs = 0 }) => (kind === 'begin' ? durationMs : 0)));
    const left = (await countOwn(stage)) - 1;
    return good(`Both committed: ${left} rows and a message. The longest wait to begin: ${waited.toFixed(1)} ms.`);
  },
};
