import { runInScope } from '@quartet/db-core';
import { outcome, type Check } from '../lib/check';
import { withEngine } from '../lib/database';
import type * as Exercise from './solution/src/exercise';

const TABLES = [
  'create table users (id integer primary key, name text)',
  "create table messages (id integer primary key, user_id integer, body text check (body <> ''))",
];

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'the welcome is stored with its user',
    run: ({ open, register }) =>
      withEngine(TABLES, async (engine) => {
        open(engine);
        await runInScope(() => register('ana', 'Hello'));
        const bodies = await engine.execute(
          'select body from messages m join users u on u.id = m.user_id',
        );
        return bodies.scalars().join() === 'Hello'
          ? undefined
          : 'The user is there and the welcome is not: add() sends nothing, so commit() has to come after the last of them.';
      }),
  },
  {
    title: 'a welcome that is refused leaves no user behind',
    run: ({ open, register }) =>
      withEngine(TABLES, async (engine) => {
        open(engine);
        await outcome(runInScope(() => register('bo', '')));
        const users = Number((await engine.execute('select count(*) from users')).scalar());
        return users === 0
          ? undefined
          : 'The database refused the message, and the user stays without it: one commit() for both, and flush() where a key is needed before.';
      }),
  },
];
