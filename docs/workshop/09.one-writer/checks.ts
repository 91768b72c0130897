import { IntegrityError, runInScope } from '@quartet/db-core';
import { comes, type Check } from '../lib/check';
import { withEngine } from '../lib/database';
import type * as Exercise from './solution/src/exercise';

const TABLE = 'create table users (name text unique, password text)';
const atOnce = async (password: string): Promise<string> => `#${password}`;

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'a user is registered, with the hash',
    given: true,
    run: ({ open, register }) =>
      withEngine([TABLE], async (engine) => {
        open(engine);
        await runInScope(() => register('ana', 'secret', atOnce));
        const stored = (await engine.execute('select password from users')).scalar();
        return stored === '#secret' ? undefined : `The password is stored as ${String(stored)}.`;
      }),
  },
  {
    title: 'a name that is taken is refused',
    given: true,
    run: ({ open, register }) =>
      withEngine([TABLE], async (engine) => {
        open(engine);
        await runInScope(() => register('ana', '1', atOnce));
        const error = await runInScope(() => register('ana', '2', atOnce)).catch(
          (thrown: unknown) => thrown,
        );
        return error instanceof IntegrityError
          ? undefined
          : 'A second ana is not refused: let the unique constraint say so, not a question before.';
      }),
  },
  {
    title: 'nobody waits while another one’s password is hashed',
    run: ({ open, register }) =>
      withEngine([TABLE], async (engine) => {
        open(engine);
        let finish = (_hash: string): void => undefined;
        let hashes = false;
        const slow = runInScope(() =>
          register('ana', 'secret', () => {
            hashes = true;
            return new Promise((done) => (finish = done));
          }),
        );
        await comes(() => hashes);
        let isDone = false;
        const quick = runInScope(() => register('bo', 'secret', atOnce)).then(
          () => (isDone = true),
        );
        const came = await comes(() => isDone);
        finish('#');
        await Promise.all([slow, quick]);
        return came
          ? undefined
          : "Bo waits until Ana's password is hashed, since her transaction has written and SQLite has one writer at a time: do what is slow before the first write.";
      }),
  },
];
