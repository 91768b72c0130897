import { runInScope } from '@quartet/db-core';
import { Recorder } from '@quartet/db-core/observe';
import type { Check } from '../lib/check';
import { withEngine } from '../lib/database';
import type * as Exercise from './solution/src/exercise';

const USERS = [
  'create table users (id integer primary key, name text)',
  "with recursive n (i) as (select 1 union all select i + 1 from n where i < 950) insert into users select i, 'user ' || i from n",
];

async function all(names: AsyncIterable<string>): Promise<string[]> {
  const found = [];
  for await (const name of names) found.push(name);
  return found;
}

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'each of 950 users is exported once, in order',
    given: true,
    run: ({ open, exportNames }) =>
      withEngine(USERS, async (engine) => {
        open(engine);
        const names = await runInScope(() => all(exportNames()));
        const isRight = names.length === 950 && names.every((name, i) => name === `user ${i + 1}`);
        return isRight
          ? undefined
          : `The export has ${names.length} names, and begins with ${names.slice(0, 3).join(', ')}: a page begins behind the last item of the one before.`;
      }),
  },
  {
    title: 'no more than 100 rows are in memory at a time',
    run: ({ open, exportNames }) =>
      withEngine(USERS, async (engine) => {
        open(engine);
        const recorder = new Recorder();
        await runInScope(() => all(exportNames()), { observer: recorder });
        const most = Math.max(...recorder.queries.map(({ rowCount }) => rowCount ?? 0));
        return most <= 101
          ? undefined
          : `One statement gives ${most} rows, which wait in memory for their reader: read page by page, by key.`;
      }),
  },
  {
    title: 'the first names come before the last are read',
    run: ({ open, exportNames }) =>
      withEngine(USERS, async (engine) => {
        open(engine);
        const recorder = new Recorder();
        const read = await runInScope(
          async () => {
            const names = exportNames();
            await names.next();
            const rows = recorder.queries.map(({ rowCount }) => rowCount ?? 0);
            await names.return(undefined);
            return rows.reduce((sum, each) => sum + each, 0);
          },
          { observer: recorder },
        );
        return read <= 101
          ? undefined
          : `${read} rows are read before the first is there: whoever stops after one line has paid for all.`;
      }),
  },
];
