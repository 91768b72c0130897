import { count } from '@quartet/debug-panel/drawing';
import type { SessionEvent } from '../protocol';
import { jsonOf } from '../client';
import { countOwnRows } from './rows';
import type { Scenario } from './scenario';
import { bad, good } from './scenario';

export const together: Scenario = {
  id: 'together',
  title: 'Four styles, one transaction',
  group: 'Transactions',
  look: 'One request, four libraries, one connection, one BEGIN and one COMMIT; or one ROLLBACK for all. In each pane the statements of the others are dimmed.',
  inputs: [
    {
      name: 'then',
      label: 'In the end',
      type: 'choice',
      value: 'commit',
      choices: ['commit', 'fail'],
    },
  ],
  concept: 'docs/concepts/mixed.md',
  workshop: '11',
  functions: ['addUser'],
  models: ['User'],
  together: true,

  async run(context) {
    const then = context.text('then');
    const users = ['one', 'two', 'three', 'four'].map((name) => context.uniqueUser(name));
    const path = `/variants/users?then=${then}`;
    const reply = await context.request('Each writes a user', 'POST', path, { body: users });
    const left = await countOwnRows(context);
    if (then === 'fail') {
      if (left > 0) return bad(`${left} rows stayed.`);
      return good(`It answered ${reply?.status}; of the four rows none is left.`);
    }
    if (left !== 4) return bad(`${left} of 4 rows are there.`);
    const list = await context.ask(
      'GET',
      `/users?name=${encodeURIComponent(users[0]?.name ?? '')}`,
    );
    const [author] = jsonOf<{ items: { id: number }[] }>(list).items;
    const message = { body: 'written by four', tags: [context.uniqueName('tag')] };
    const route = `/users/${author?.id}/messages`;
    const written = await context.request('The mixed app', 'POST', route, { body: message });
    if (written?.status !== 201) return bad(`The mixed app answered ${written?.status}.`);
    return good('Four rows by four libraries with one COMMIT; then a message that all four write.');
  },

  conclude(styles) {
    const [first] = styles;
    const shared = first?.requests[0]?.events ?? [];
    const times = (kind: SessionEvent['kind']): number =>
      shared.filter((event) => event.kind === kind).length;
    const connections = new Set(shared.flatMap(({ connection }) => connection ?? [])).size;
    return `Four libraries wrote through ${count(connections, 'connection')} in one transaction: ${times('begin')} BEGIN, ${times('commit')} COMMIT, ${times('rollback')} ROLLBACK`;
  },
};
