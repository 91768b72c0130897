/** A little data for the first run, written once for all styles: it goes through their own queries. */
import { runInScope } from '@quartet/db-core';
import type { Queries } from './queries';

const USERS = [
  { name: 'admin', email: 'admin@localhost' },
  { name: 'guest', email: 'guest@localhost' },
  { name: 'Ana', email: 'ana@example.org' },
];

const MESSAGES = [
  {
    by: 'admin',
    body: 'Welcome! The other three styles answer just like this one.',
    tags: ['hello'],
  },
  { by: 'Ana', body: 'One engine, one session per request.', tags: ['session', 'hello'] },
  {
    by: 'Ana',
    body: 'Who closes the session? Nobody: it is removed when the answer is out.',
    tags: ['session'],
  },
  { by: 'guest', body: 'And when I hang up in the middle of it?', tags: ['question', 'session'] },
  { by: 'Ana', body: 'Then what you did not commit never happened.', tags: ['session'] },
];

/** Adds the sample users and messages when there is no user yet; returns whether it did. */
export async function seedSampleData(queries: Queries): Promise<boolean> {
  return await runInScope(async () => {
    const { total } = await queries.listUsers({ page: 1, perPage: 1 }, {});
    if (total > 0) return false;
    const ids = new Map<string, number>();
    for (const user of USERS) ids.set(user.name, (await queries.createUser(user)).id);
    for (const { by, body, tags } of MESSAGES) {
      await queries.createMessage(ids.get(by) ?? 0, { body, tags });
    }
    return true;
  });
}
