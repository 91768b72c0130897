import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createEngine,
  NoActiveScopeError,
  outsideScope,
  runInScope,
  ScopeClosedError,
} from '@quartet/db-core';
import {
  ClientAbortedError,
  commitMode,
  gracefulShutdown,
  initApp,
  requestScopesOf,
} from '@quartet/db-core/express';
import { expectWarning } from '@quartet/testing';
import type { ErrorRequestHandler, Express } from 'express';
import express from 'express';
import { engine, names, Session, useDatabase, User } from './support';

useDatabase();

async function visit(app: Express, ...paths: string[]): Promise<string[]> {
  const texts: string[] = [];
  const server: Server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  for (const path of paths)
    texts.push(await (await fetch(`http://127.0.0.1:${port}${path}`)).text());
  await new Promise((resolve) => server.close(resolve));
  await requestScopesOf(app)?.idle();
  return texts;
}

test('a scope has one session, the next scope another', async () => {
  // #region identity
  const first = await runInScope(() => {
    expect(Session()).toBe(Session()); // the same wherever it is asked for
    return Session();
  });
  await runInScope(() => expect(Session()).not.toBe(first));
  // #endregion
});

test('outside every scope there is no session', async () => {
  // #region outside
  expect(() => Session()).toThrow(NoActiveScopeError);
  await runInScope(async () => {
    Session.add(new User('admin'));
    await Session.commit();
  });
  // #endregion
  expect(await names()).toEqual(['admin']);
});

test('a request has a scope', async () => {
  // #region express
  const app = express();
  initApp(app); // before the routes

  app.get('/users', async (_req, res) => {
    res.json(await User.query.all());
  });
  app.get('/add/:name', async (req, res) => {
    Session.add(new User(req.params.name));
    await Session.commit();
    res.send('added');
  });
  app.get('/fail/:name', async (req) => {
    Session.add(new User(req.params.name));
    await Session.flush(); // written …
    throw new Error('and undone: nobody commits, the end of the request rolls back');
  });
  // #endregion
  app.use(((_error, _req, res, _next) => void res.status(500).end()) as ErrorRequestHandler);
  await visit(app, '/add/admin', '/fail/guest', '/users');
  expect(await names()).toEqual(['admin']);
  expect(engine.status().inUse).toBe(0);
});

test('an answer may wait for the commit', async () => {
  // #region commit-before-answer
  const app = express();
  initApp(app, { commit: 'on-success' });

  app.get('/add/:name', (req, res) => {
    Session.add(new User(req.params.name));
    res.status(201).send('added'); // leaves when the row is committed, and not at all where it cannot be
  });
  app.get('/import', commitMode('manual'), async (_req, res) => {
    Session.add(new User('imported'));
    await Session.commit(); // this route says it itself
    res.send('imported');
  });
  app.use(((_error, _req, res, _next) => {
    res.status(409).send('This name is taken.'); // also for the second /add/admin
  }) as ErrorRequestHandler);
  // #endregion
  expect(await visit(app, '/add/admin', '/add/admin', '/import')).toEqual([
    'added',
    'This name is taken.',
    'imported',
  ]);
  expect(await names()).toEqual(['admin', 'imported']);
});

test('teardown hooks are told what the request failed with', async () => {
  const log: unknown[] = [];
  const app = express();
  // #region teardown-hook
  const shutdownSession = (error: unknown) => {
    if (error instanceof ClientAbortedError) log.push('the client went away');
    else if (error) log.push(String(error));
  };
  initApp(app, { onTeardown: shutdownSession });
  app.get('/', async () => {
    await Session.execute('select 1');
    throw new Error('broken');
  });
  await runInScope(() => Session.execute('select 1'), { onTeardown: shutdownSession });
  // #endregion
  app.use(((_error, _req, res, _next) => void res.status(500).end()) as ErrorRequestHandler);
  await visit(app, '/');
  expect(log).toEqual(['Error: broken']);
});

test('a forgotten commit is reported', async () => {
  expectWarning(/GET \/forget answered 200, but what it wrote was not committed/);
  const app = express();
  initApp(app);
  app.get('/forget', async (_req, res) => {
    Session.add(new User('admin'));
    await Session.flush();
    res.send('ok');
  });
  await visit(app, '/forget');
  expect(await names()).toEqual([]);
});

test('work that outlives its scope is refused, and has one of its own when it wants to', async () => {
  let late!: Promise<unknown>;
  await runInScope(async () => {
    await Session.execute('select 1');
    // #region background
    const later = (work: () => Promise<unknown>) =>
      new Promise((resolve) => setImmediate(resolve)).then(work);

    // Nobody awaits these: the scope ends first.
    const refused = later(async () => Session.execute('select 1'));
    const served = later(() => runInScope(() => Session.execute('select 1')));
    // #endregion
    late = Promise.allSettled([refused, served]);
  });
  expect(await late).toMatchObject([
    { status: 'rejected', reason: expect.any(ScopeClosedError) },
    { status: 'fulfilled' },
  ]);
});

test('outsideScope leaves the scope for the time of a call', () =>
  runInScope(async () => {
    // #region outside-scope
    await Session.execute('select 1');
    await outsideScope(() =>
      engine.execute("insert into users (name, email) values ('log', 'l@localhost')"),
    );
    await Session.rollback(); // the row stays: it was not in this session's transaction
    // #endregion
    expect(await names()).toEqual(['log']);
  }));

test('an orderly end', async () => {
  const engine = createEngine('sqlite://');
  const app = express();
  initApp(app);
  app.get('/', (_req, res) => void res.send('ok'));
  // #region shutdown
  const server = app.listen(0, '127.0.0.1');
  const shutdown = gracefulShutdown({ app, server, engines: [engine] });
  process.once('SIGTERM', () => void shutdown().then(() => process.exit(0)));
  // #endregion
  process.removeAllListeners('SIGTERM');
  await new Promise((resolve) => server.once('listening', resolve));
  await shutdown();
  expect(engine.disposed).toBe(true);
});
