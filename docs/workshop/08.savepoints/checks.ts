import { runInScope } from '@quartet/db-core';
import { outcome, type Check } from '../lib/check';
import { withEngine } from '../lib/database';
import type * as Exercise from './solution/src/exercise';

const TABLE = 'create table users (id integer primary key, name text unique)';

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'an import without mistakes is stored',
    given: true,
    run: ({ open, importUsers }) =>
      withEngine([TABLE], async (engine) => {
        open(engine);
        const taken = String(await runInScope(() => importUsers(['ana', 'bo'])));
        const rows = (await engine.execute('select name from users order by id')).scalars().join();
        return taken === '' && rows === 'ana,bo'
          ? undefined
          : `Taken are [${taken}], stored are [${rows}].`;
      }),
  },
  {
    title: 'a name that is taken costs no other its place',
    run: ({ open, importUsers }) =>
      withEngine([TABLE], async (engine) => {
        open(engine);
        const taken = String(
          await outcome(runInScope(() => importUsers(['ana', 'bo', 'ana', 'cy']))),
        );
        const rows = (await engine.execute('select name from users order by id')).scalars().join();
        return taken === 'ana' && rows === 'ana,bo,cy'
          ? undefined
          : `The import ends with "${taken}", and stored are [${rows}] of [ana,bo,cy]: what fails has to be undone alone, so give each row a savepoint by beginNested().`;
      }),
  },
  {
    title: 'all of it is one transaction',
    given: true,
    run: ({ open, importUsers }) =>
      withEngine([TABLE], async (engine) => {
        open(engine);
        let commits = 0;
        engine.on('commit', () => commits++);
        await outcome(runInScope(() => importUsers(['ana', 'bo', 'cy'])));
        return commits === 1
          ? undefined
          : `The import of three rows commits ${commits} times: one commit() at the end, or half of it is there when the server stops.`;
      }),
  },
];
