import { statementsOf, worded } from '../conclusion';
import { jsonOf } from '../client';
import type { Scenario } from './scenario';
import { addMessages } from './rows';
import { bad, good } from './scenario';

export const pagination: Scenario = {
  id: 'pagination',
  title: 'A list, page by page',
  group: 'One request',
  look: 'A page is two questions: which rows, and how many there are in all. Who asks them in one statement, who in two?',
  inputs: [
    { name: 'rows', label: 'Messages', type: 'number', value: 23, min: 1, max: 500 },
    { name: 'page', label: 'Page', type: 'number', value: 2, min: 1, max: 100 },
    { name: 'perPage', label: 'Per page', type: 'number', value: 5, min: 1, max: 100 },
  ],
  concept: 'docs/concepts/queries.md',
  workshop: '06',
  functions: ['listUserMessages'],
  models: ['Message'],

  async run(context) {
    const [rows, page, perPage] = [
      context.number('rows'),
      context.number('page'),
      context.number('perPage'),
    ];
    const [author] = await addMessages(context, { authors: 1, messages: rows });
    const query = `page=${page}&per_page=${perPage}`;
    const reply = await context.request('A page', 'GET', `/users/${author}/messages?${query}`);
    if (reply?.status === 404) return good(`Page ${page} is past the end: 404.`);
    if (reply?.status !== 200) return bad(`It answered ${reply?.status}.`);
    const { items, total, pages } = jsonOf<{ items: unknown[]; total: number; pages: number }>(
      reply,
    );
    return good(`${items.length} of ${total} messages: page ${page} of ${pages}.`);
  },

  conclude: (styles) => `A page with its total takes ${worded(styles, statementsOf)}`,
};
