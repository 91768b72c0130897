/** A queue that several requests share runs the job of one in the scope of another: it is warned of, and bound jobs stay. */
import { AsyncResource } from 'node:async_hooks';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, requestScopesOf } from '@quartet/db-core/express';
import { expectWarning, withServer } from '@quartet/testing';
import type { Express, Request } from 'express';
import express from 'express';
import { deferred } from './support';

type Job = () => Promise<unknown>;

/** One job at a time; the next is started from the end of the one before. */
function makeQueue(): (job: Job) => Promise<void> {
  const waiting: (() => void)[] = [];
  let busy = false;
  const next = (): void => {
    const start = waiting.shift();
    busy = start !== undefined;
    start?.();
  };
  return (job) =>
    new Promise((done, failed) => {
      waiting.push(
        () =>
          void job()
            .then(() => done(), failed)
            .finally(next),
      );
      if (!busy) next();
    });
}

describe('a commit of a session in which nothing was done', () => {
  const engine = createEngine('sqlite://');
  const Session = scopedSession(sessionmaker({ bind: engine }));
  let suspects: string[];

  beforeAll(() => engine.execute('create table jobs (who text)'));
  beforeEach(async () => {
    suspects = [];
    await engine.execute('delete from jobs');
  });
  afterAll(() => engine.dispose());

  /** @param bind how a handler hands its job to the queue */
  function makeApp(bind: (job: Job) => Job, options: { silent?: boolean } = {}): Express {
    const app = express();
    const queue = makeQueue();
    const [first, second] = [deferred(), deferred()];
    initApp(app, {
      onForgottenCommit: () => undefined,
      ...(!options.silent && { onCommitOfNothing: (req: Request) => suspects.push(req.path) }),
    });
    app.get('/undone', async (_req, res) => {
      await queue(
        bind(async () => {
          await Session.execute("insert into jobs values ('undone')");
          first.resolve();
          await second.promise;
        }),
      );
      await Session.rollback();
      res.status(400).end();
    });
    app.get('/kept', async (_req, res) => {
      await first.promise;
      const done = queue(bind(() => Session.execute("insert into jobs values ('kept')")));
      second.resolve();
      await done;
      await Session.commit();
      res.end();
    });
    app.get('/nothing', async (_req, res) => {
      await Session.commit();
      res.end();
    });
    return app;
  }

  async function both(app: Express): Promise<number[]> {
    let statuses: number[] = [];
    await withServer(app, async (url) => {
      const ask = async (path: string): Promise<number> => (await fetch(url + path)).status;
      statuses = await Promise.all([ask('/undone'), ask('/kept')]);
    });
    await requestScopesOf(app)?.idle();
    return statuses;
  }

  test('is told of where its work ran in the session of another request', async () => {
    expect(await both(makeApp((job) => job))).toEqual([400, 200]);
    expect(suspects).toEqual(['/kept']);
  });

  test('does not happen to jobs that are bound to their request', async () => {
    expect(await both(makeApp((job) => AsyncResource.bind(job)))).toEqual([400, 200]);
    expect(suspects).toEqual([]);
    expect((await engine.execute('select who from jobs')).scalars()).toEqual(['kept']);
  });

  test('is nothing to tell where no other request used a session meanwhile', async () => {
    await withServer(
      makeApp((job) => job),
      async (url) => {
        for (const path of ['/nothing', '/nothing']) await fetch(url + path);
      },
    );
    expect(suspects).toEqual([]);
  });

  describe('without a hook', () => {
    const before = process.env['NODE_ENV'];
    afterEach(() => (process.env['NODE_ENV'] = before));

    test('is a line on stderr in development, with the cure', async () => {
      process.env['NODE_ENV'] = 'development';
      expectWarning(/GET \/kept answered 200 after a commit.*AsyncResource\.bind/);
      expect(await both(makeApp((job) => job, { silent: true }))).toEqual([400, 200]);
    });

    test.each(['production', 'test'])('is no line where NODE_ENV is %s', async (environment) => {
      process.env['NODE_ENV'] = environment;
      expect(await both(makeApp((job) => job, { silent: true }))).toEqual([400, 200]);
    });
  });
});
