import { comes, type Check } from '../lib/check';
import { withEngine } from '../lib/database';
import { post, serving } from '../lib/http';
import type * as Exercise from './solution/src/exercise';

const TABLE = ['create table visits (n integer)', 'insert into visits values (0)'];

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'a visit is counted',
    given: true,
    run: ({ createApp }) =>
      withEngine(TABLE, async (engine) => {
        const app = createApp(engine, async () => undefined);
        const status = await serving(app, (url) => post(`${url}/visits`));
        const visits = Number((await engine.execute('select n from visits')).scalar());
        return status === 204 && visits === 1
          ? undefined
          : `It was answered ${status}, and ${visits} visits are counted.`;
      }),
  },
  {
    title: 'a handler that throws gives its connection back',
    run: ({ createApp }) =>
      withEngine(TABLE, async (engine) => {
        const app = createApp(engine, () => Promise.reject(new Error('The printer is on fire')));
        const isBack = await serving(app, async (url) => {
          await post(`${url}/visits`);
          return comes(() => engine.status().inUse === 0);
        });
        return isBack
          ? undefined
          : 'After the error a connection is still in use, and with it the right to write: nothing reaches close() when a line before it throws, so use the session of the request, which ends with it.';
      }),
  },
  {
    title: 'a client who leaves takes no connection along',
    run: ({ createApp }) =>
      withEngine(TABLE, async (engine) => {
        const app = createApp(engine, () => new Promise(() => undefined));
        const isBack = await serving(app, async (url) => {
          const leaving = new AbortController();
          const request = post(`${url}/visits`, leaving.signal).catch(() => undefined);
          await comes(() => engine.status().inUse === 1);
          leaving.abort();
          await request;
          return comes(() => engine.status().inUse === 0);
        });
        return isBack
          ? undefined
          : 'The client has left, and the handler still waits with the connection in its hand: a session that belongs to the request is rolled back and removed when its socket closes.';
      }),
  },
];
