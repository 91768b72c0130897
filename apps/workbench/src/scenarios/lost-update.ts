import { jsonOf } from '../client';
import type { Scenario } from './scenario';
import { addMessages } from './rows';
import { bad, good } from './scenario';
import type { ScenarioContext } from '../scenario-context';

export const lostUpdate: Scenario = {
  id: 'lost-update',
  title: 'A lost update, and its cure',
  group: 'Transactions',
  look: 'Two people each add a line to one message. Who read before the other wrote undoes the other’s line, unless the reading belongs to the transaction.',
  inputs: [
    {
      name: 'cure',
      label: 'Begin',
      type: 'choice',
      value: 'on-first-write',
      choices: ['on-first-write', 'eager'],
    },
    { name: 'thinkMs', label: 'Thinking time, ms', type: 'number', value: 60, min: 20, max: 1000 },
  ],
  concept: 'docs/concepts/transactions.md',
  workshop: '12',
  paced: true,
  mistake: true,
  functions: ['appendLine', 'appendLineSafely'],
  models: ['Message'],

  async run(context) {
    const [author] = await addMessages(context, { authors: 1, messages: 1 });
    const list = await context.ask('GET', `/users/${author}/messages`);
    const [message] = jsonOf<{ items: { id: number; body: string }[] }>(list).items;
    const path = context.text('cure') === 'eager' ? 'append-safely' : 'append';
    const replies = await Promise.all(
      ['one', 'two'].map((line) =>
        context.request(`Line ${line}`, 'POST', `/variants/messages/${message?.id}/${path}`, {
          body: { line, thinkMs: context.number('thinkMs'), pair: context.uniqueName('pair') },
        }),
      ),
    );
    const failed = replies.find((reply) => reply?.status !== 204);
    if (failed) return bad(`One of them answered ${failed.status}.`);
    const lines = await linesOf(context, message?.id);
    if (lines.length === 3)
      return good('Both lines are there: the second waited and read what the first wrote.');
    return bad(`Both were answered with success, but only line “${lines.at(-1)}” is there.`);
  },

  conclude: (styles) =>
    styles.every(({ outcome }) => outcome.tone === 'bad')
      ? 'No style protects from a lost update: what was read before the transaction began is old when it is written'
      : 'In every style the second waited and read what the first had written: the cure is to begin before reading',
};

async function linesOf(context: ScenarioContext, id: number | undefined): Promise<string[]> {
  const { body } = jsonOf<{ body: string }>(await context.ask('GET', `/messages/${id}`));
  return body.split('\n');
}
