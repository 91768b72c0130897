import { runInScope } from '@quartet/db-core';
import { Recorder } from '@quartet/db-core/observe';
import type { Check } from '../lib/check';
import { withEngine } from '../lib/database';
import type * as Exercise from './solution/src/exercise';

const tables = (messages: number): string[] => [
  'create table users (id integer primary key, name text)',
  'create table messages (id integer primary key, user_id integer references users, body text)',
  "insert into users (id, name) values (1, 'ana'), (2, 'bo')",
  ...Array.from(
    { length: messages },
    (_, i) => `insert into messages (user_id, body) values (${1 + (i % 2)}, 'no. ${i + 1}')`,
  ),
];

/** What the feed is, and how many statements it took. */
const read = ({ open, feed }: typeof Exercise, messages: number) =>
  withEngine(tables(messages), async (engine) => {
    await open(engine);
    const recorder = new Recorder();
    const lines = await runInScope(() => feed(), { observer: recorder });
    return { lines, statements: recorder.queries.length };
  });

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'the feed has each message with its author',
    given: true,
    run: async (exercise) => {
      const lines = (await read(exercise, 3)).lines.join(', ');
      return lines === 'ana: no. 3, bo: no. 2, ana: no. 1' ? undefined : `The feed is "${lines}".`;
    },
  },
  {
    title: 'more messages take no more statements',
    run: async (exercise) => {
      const [few, many] = [await read(exercise, 3), await read(exercise, 30)];
      return few.statements === many.statements
        ? undefined
        : `3 messages take ${few.statements} statements and 30 take ${many.statements}, one for each author again: read the authors along with the messages, by with().`;
    },
  },
];
