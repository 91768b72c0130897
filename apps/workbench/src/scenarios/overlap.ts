import type { Measured } from '../conclusion';
import type { Sent } from '../statements';
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
  workshop: '09',
  paced: true,
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
    const overlap = overlapOf(context.sent);
    if (!overlap)
      return bad('They did not overlap: one had ended before the other asked to begin.');
    if (overlap.waitedMs === undefined)
      return good('Both committed, and neither waited for the other.');
    return good(
      `Both committed; the second waited ${overlap.waitedMs.toFixed(0)} ms for the writer lock.`,
    );
  },

  conclude: (styles) =>
    styles.every((style) => overlapOf(sentOf(style))?.waitedMs === undefined)
      ? 'Two transactions were open at once and neither waited: this database has many writers, whatever the style'
      : 'The second waited until the first had committed: SQLite has one writer at a time, whatever the style',
};

interface Overlap {
  /** From asking to begin to the other's commit; absent where both were open at once. */
  readonly waitedMs?: number;
}

/** How the two transactions overlap; undefined where they do not. */
function overlapOf(sent: readonly Sent[]): Overlap | undefined {
  const [first, second] = [1, 2]
    .map((id) => {
      const of = (kind: string) =>
        sent.find(({ requestId, event }) => requestId === id && event.kind === kind)?.event;
      const begin = of('begin');
      const begunAt = begin?.at ?? 0;
      return {
        askedAt: begunAt - (begin?.durationMs ?? 0),
        begunAt,
        endedAt: of('commit')?.at ?? 0,
      };
    })
    .toSorted((a, b) => a.begunAt - b.begunAt);
  if (!first || !second || second.askedAt >= first.endedAt) return undefined;
  return second.begunAt < first.endedAt ? {} : { waitedMs: first.endedAt - second.askedAt };
}

function sentOf({ requests }: Measured): Sent[] {
  return requests.flatMap(({ id, events }) => events.map((event) => ({ requestId: id, event })));
}
