import { runInScope } from '@quartet/db-core';
import { outcome, type Check } from '../lib/check';
import { withEngine } from '../lib/database';
import type * as Exercise from './solution/src/exercise';

const USERS = [
  'create table users (id integer primary key, name text)',
  "insert into users (name) values ('bo'), ('ana')",
];
const STYLES = ['sequelize', 'typeorm', 'knex', 'sql'] as const;

export const checks: readonly Check<typeof Exercise>[] = STYLES.map((style) => ({
  given: style === 'sequelize' || style === 'sql',
  title: `${style} lists the users, with the one whom this session has just added`,
  run: ({ open, Session }) =>
    withEngine(USERS, async (engine) => {
      const styles = await open(engine);
      return runInScope(async () => {
        await Session.execute("insert into users (name) values ('cy')"); // not committed
        const names = String(await outcome(Promise.resolve(styles[style]())));
        return names === 'ana,bo,cy'
          ? undefined
          : `${style}() gives "${names}" and not "ana,bo,cy": ask the library for the names, sorted.`;
      });
    }),
}));
