import type { Scenario } from './scenario';
import { countOwnRows } from './rows';
import { bad, good } from './scenario';

export const overlap: Scenario = {
  id: 'overlap',
  title: 'Two transactions overlap',
  group: 'Transactions',
  look: 'Both write at once and commit late. On SQLite the second waits for the writer lock, hatched on its time line; elsewhere they pass each other.',
  inputs: [
    { name: 'waitMs', label: 'Each takes, ms', type: 'number', value: 60, min: 10, max: 1000 },
  ],
  concept: 'docs/concepts/sqlite.md',
  workshop: 'docs/workshop/10-concurrency.md',
  functions: ['createUserSlowly'],
  models: ['User'],

  async run(context) {
    const waitMs = context.number('waitMs');
    const replies = await Promise.all(
      ['first', 'second'].map((name) =>
        context.request(name === 'first' ? 'First' : 'Second', 'POST', '/variants/users/slowly', {
          body: { ...context.uniqueUser(name), waitMs, pair: context.uniqueName('pair') },
        }),
      ),
    );
    const failed = replies.find((reply) => reply?.status !== 201);
    if (failed) return bad(`One of them answered ${failed.status}.`);
    if ((await countOwnRows(context)) < 2) return bad('A row is missing.');
    const waited = Math.max(...context.events.map(waitOf));
    if (waited < waitMs / 2) return good('Both committed, and neither waited for the other.');
    return good(`Both committed; the second waited ${waited.toFixed(0)} ms for the writer lock.`);
  },
};

function waitOf({ kind, durationMs = 0 }: { kind: string; durationMs?: number }): number {
  return kind === 'begin' ? durationMs : 0;
}
