import type { Measured } from '../conclusion';
import { worded } from '../conclusion';
import { jsonOf } from '../client';
import type { Scenario } from './scenario';
import { bad, good } from './scenario';

export const tags: Scenario = {
  id: 'tags',
  title: 'Tags, many to many',
  group: 'Relations',
  look: 'One request checks the author, writes the message, gets or creates each tag and links it: one transaction.',
  inputs: [
    {
      name: 'body',
      label: 'Message',
      type: 'text',
      value: 'One engine, one session',
      maxLength: 200,
    },
    { name: 'tags', label: 'Tags', type: 'text', value: 'session, hello', maxLength: 60 },
  ],
  concept: 'docs/concepts/relations.md',
  workshop: '07',
  functions: ['createMessage', 'findMessage'],
  models: ['Message', 'Tag'],

  async run(context) {
    const names = context
      .text('tags')
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean);
    const own = names.map((tag) => context.uniqueName(tag));
    const { id } = jsonOf<{ id: number }>(
      await context.ask('POST', '/users', context.uniqueUser('ana')),
    );
    const body = { body: context.text('body'), tags: own };
    const written = await context.request('Write', 'POST', `/users/${id}/messages`, { body });
    if (written?.status !== 201) return bad(`It answered ${written?.status}.`);
    const message = jsonOf<{ id: number }>(written);
    const read = await context.request('Read', 'GET', `/messages/${message.id}`);
    if (read?.status !== 200) return bad(`Reading answered ${read?.status}.`);
    const { length } = jsonOf<{ tags: string[] }>(read).tags;
    return good(`One message with ${length} ${length === 1 ? 'tag' : 'tags'}.`);
  },

  conclude(styles) {
    const both = ({ requests }: Measured): string =>
      `${requests[0]?.metrics.statements} statements to write and ${requests[1]?.metrics.statements} to read`;
    return `Message, tags and links are one transaction: ${worded(styles, both)}`;
  },
};
