import type { Measured } from '../conclusion';
import { worded } from '../conclusion';
import { jsonOf } from '../client';
import type { Scenario } from './scenario';
import { addMessages } from './rows';
import { bad, good } from './scenario';

interface Items {
  readonly items: readonly { id: number; body: string; author: { id: number; name: string } }[];
}

export const nPlusOne: Scenario = {
  id: 'n-plus-one',
  title: 'N+1 beside eager loading',
  group: 'Relations',
  look: 'The same answer twice: with one statement for each author, and with the authors loaded along.',
  inputs: [{ name: 'messages', label: 'Messages', type: 'number', value: 8, min: 1, max: 100 }],
  concept: 'docs/concepts/queries.md',
  workshop: '07',
  functions: ['listMessagesOneByOne', 'listMessages'],
  models: ['Message', 'User'],

  async run(context) {
    const messages = context.number('messages');
    const tag = context.uniqueName('tag');
    await addMessages(context, { authors: Math.min(messages, 4), messages, tag });
    const lazy = await context.request('N+1', 'GET', `/variants/messages/one-by-one?tag=${tag}`);
    const statements = context.statements;
    const eager = await context.request('Eager', 'GET', `/messages?tag=${tag}&per_page=100`);
    if (lazy?.status !== 200 || eager?.status !== 200) return bad('One of them failed.');
    const same = shown(jsonOf<Items>(lazy)) === shown(jsonOf<Items>(eager));
    if (!same) return bad('The two answers differ.');
    return good(
      `The same answer with ${statements} statements and with ${context.statements - statements}.`,
    );
  },

  conclude(styles) {
    const both = ({ requests }: Measured): string =>
      `${requests[0]?.metrics.statements} statements one by one and ${requests[1]?.metrics.statements} with the authors loaded along`;
    return `N+1 is in the code, not in the library: the same answer took ${worded(styles, both)}`;
  },
};

function shown({ items }: Items): string {
  return JSON.stringify(items.map(({ id, body, author }) => [id, body, author.id, author.name]));
}
