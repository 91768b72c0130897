import { jsonOf } from '../client';
import type { Scenario } from './scenario';
import { bad, good } from './scenario';

export const create: Scenario = {
  id: 'create',
  title: 'Create a user',
  group: 'One request',
  look: 'A session opens at the first statement, begins by itself, and is removed when the answer is out.',
  inputs: [{ name: 'name', label: 'Name', type: 'text', value: 'ana', maxLength: 20 }],
  concept: 'docs/concepts/session.md',
  workshop: '03',
  functions: ['createUser'],
  models: ['User'],

  async run(context) {
    const user = context.uniqueUser(context.text('name'));
    const reply = await context.request('Create', 'POST', '/users', { body: user });
    if (reply?.status !== 201) return bad(`It answered ${reply?.status}.`);
    const { id } = jsonOf<{ id: number }>(reply);
    const { status } = await context.ask('GET', `/users/${id}`);
    return status === 200
      ? good('Created, committed, and there afterwards.')
      : bad('It is not there.');
  },
};
