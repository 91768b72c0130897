import { outcome, type Check } from '../lib/check';
import { withEngine } from '../lib/database';
import type * as Exercise from './solution/src/exercise';

const USERS = ['create table users (name text)', "insert into users values ('ana'), ('bo')"];

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'a user is found by name',
    given: true,
    run: ({ find }) =>
      withEngine(USERS, async (engine) => {
        const found = String(await find(engine, 'ana'));
        return found === 'ana' ? undefined : `find('ana') gives [${found}].`;
      }),
  },
  {
    title: 'a name with an apostrophe is a name',
    run: ({ find }) =>
      withEngine([...USERS, "insert into users values ('O''Hara')"], async (engine) => {
        const found = String(await outcome(find(engine, "O'Hara")));
        return found === "O'Hara"
          ? undefined
          : `find("O'Hara") gives ${found}: the apostrophe ends the text in the SQL, so give the name as a value, and a ? in its place.`;
      }),
  },
  {
    title: 'a name that reads like SQL finds nobody',
    run: ({ find }) =>
      withEngine(USERS, async (engine) => {
        const found = (await find(engine, "' or '1' = '1")) as string[];
        return found.length === 0
          ? undefined
          : `A visitor who types SQL as a name gets ${found.length} users: a value must never be part of the statement.`;
      }),
  },
  {
    title: 'renaming takes its values in the same way',
    run: ({ rename }) =>
      withEngine(USERS, async (engine) => {
        const count = await outcome(rename(engine, "x' or '1' = '1", 'mine'));
        if (count !== 0)
          return `rename() of a name that reads like SQL gives ${String(count)} instead of 0: bind both of its values.`;
        const renamed = await outcome(rename(engine, 'bo', "O'Hara"));
        return renamed === 1
          ? undefined
          : `rename('bo', "O'Hara") gives ${String(renamed)} instead of 1.`;
      }),
  },
];
