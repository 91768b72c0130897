import { createEngine, type Engine } from '@quartet/db-core';
import type { Check } from '../lib/check';
import { withFile } from '../lib/database';
import type * as Exercise from './solution/src/exercise';

const TABLE = 'create table users (name text)';

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'users are added and listed',
    given: true,
    run: ({ openDirectory }) =>
      withFile([TABLE], async (url) => {
        const directory = openDirectory(createEngine, url);
        await directory.add('bo');
        await directory.add('ana');
        const names = String(await directory.names());
        await directory.close();
        return names === 'ana,bo' ? undefined : `names() gives [${names}] and not [ana,bo].`;
      }),
  },
  {
    title: 'ten calls share one engine',
    run: ({ openDirectory }) =>
      withFile([TABLE], async (url) => {
        const made: Engine[] = [];
        const directory = openDirectory((given) => {
          const engine = createEngine(given);
          made.push(engine);
          return engine;
        }, url);
        for (let i = 0; i < 10; i++) await directory.names();
        await directory.close();
        if (made.length !== 1)
          return `Ten calls made ${made.length} engines, each with a connection of its own to open and close: make one, outside the functions that are called.`;
        return made[0]?.disposed
          ? undefined
          : 'The engine is open after close(): dispose of it there.';
      }),
  },
];
