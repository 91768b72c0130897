import { setTimeout as delay } from 'node:timers/promises';
import type { Check } from '../lib/check';
import { withEngine } from '../lib/database';
import { post, serving } from '../lib/http';
import type * as Exercise from './solution/src/exercise';

const TABLE = 'create table users (name text)';

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'a request that is answered 201 has its row',
    given: true,
    run: ({ createApp }) =>
      withEngine([TABLE], async (engine) => {
        const app = createApp(engine, async () => undefined);
        const status = await serving(app, (url) => post(`${url}/users/ana`));
        const rows = (await engine.execute('select name from users')).scalars().join();
        return status === 201 && rows === 'ana'
          ? undefined
          : `It was answered ${status}, and the rows are [${rows}].`;
      }),
  },
  {
    title: 'also beside a request that rolls back',
    run: ({ createApp }) =>
      withEngine([TABLE], async (engine) => {
        let badIsAnswered = (): void => undefined;
        const answered = new Promise<void>((done) => (badIsAnswered = done));
        // Ana's request takes as long as the bad one, but does not wait for ever where that one waits for hers.
        const app = createApp(engine, (name) =>
          name === 'ana' ? Promise.race([answered, delay(300)]) : Promise.resolve(),
        );
        const status = await serving(app, async (url) => {
          const ana = post(`${url}/users/ana`);
          await delay(50);
          const bad = post(`${url}/users/bad`).then(badIsAnswered);
          const [first] = await Promise.all([ana, bad]);
          return first;
        });
        const rows = (await engine.execute('select name from users')).scalars().join();
        if (status === 201 && rows === 'ana') return undefined;
        return `Ana was answered ${status} and the rows are [${rows}], since both requests share one session and the other one's rollback took her row along: give each request a session of its own by initApp() and scopedSession().`;
      }),
  },
];
