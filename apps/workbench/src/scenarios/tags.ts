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
  workshop: 'docs/workshop/05-relations.md',
  functions: ['createMessage', 'findMessage'],
  models: ['Message', 'Tag'],

  async run(stage) {
    const names = stage
      .text('tags')
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean);
    const own = names.map((tag) => stage.own(tag));
    const { id } = jsonOf<{ id: number }>(await stage.ask('POST', '/users', stage.ownUser('ana')));
    const body = { body: stage.text('body'), tags: own };
    const written = await stage.request('Write', 'POST', `/users/${id}/messages`, { body });
    if (written?.status !== 201) return bad(`It answered ${written?.status}.`);
    const message = jsonOf<{ id: number }>(written);
    const read = await stage.request('Read', 'GET', `/messages/${message.id}`);
    if (read?.status !== 200) return bad(`Reading answered ${read?.status}.`);
    const { length } = jsonOf<{ tags: string[] }>(read).tags;
    return good(`One message with ${length} ${length === 1 ? 'tag' : 'tags'}.`);
  },
};
