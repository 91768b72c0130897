import { once } from 'node:events';
import type * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Express, Request, Response } from 'express';
import express from 'express';
import type { Engine, ScopedSession } from '@quartet/db-core';
import { ArgumentError, IntegrityError, scopedSession, sessionmaker } from '@quartet/db-core';
import type { RequestScopeOptions } from '@quartet/db-core/express';
import { commitMode, initApp, noteErrors } from '@quartet/db-core/express';
import { deferred, onEachEngine } from './support';

type Handler = (req: Request, res: Response) => unknown;

test('a mode that is none is refused', () => {
  expect(() => initApp(express(), { commit: 'always' as never })).toThrow(ArgumentError);
  expect(() => commitMode('sometimes' as never)).toThrow("'manual' or 'on-success'");
});

onEachEngine((fixture) => {
  /** Reads what others see, while requests of the engine are under way. */
  let outside: Engine;
  let Session: ScopedSession;
  let server: http.Server;
  let forgotten: string[];
  let tornDown: ReturnType<typeof deferred<unknown>>;
  beforeAll(() => {
    outside = fixture.another();
  });
  beforeEach(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    forgotten = [];
    tornDown = deferred<unknown>();
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(fixture.engine.status()).toMatchObject({ inUse: 0, waiting: 0 });
  });

  const write = (name: string) => Session.execute('insert into items (name) values (?)', [name]);
  const seen = async (): Promise<string[]> =>
    (await outside.execute('select name from items order by name')).scalars<string>();
  /** An app with one handler at `/`, and error handlers that answer with the error's class. */
  const serve = async (
    add: (app: Express) => void,
    options: RequestScopeOptions = { commit: 'on-success' },
  ): Promise<void> => {
    const app = express();
    app.use((_req, res, next) => {
      res.set('X-Before', 'kept');
      next();
    });
    initApp(app, {
      ...options,
      onForgottenCommit: (req) => forgotten.push(req.path),
      onTeardown: (error) => tornDown.resolve(error),
    });
    add(app);
    app.use(noteErrors);
    app.use(((error: Error, _req, res, _next) => {
      if (res.headersSent) res.destroy();
      else res.status(error instanceof IntegrityError ? 409 : 500).json(error.constructor.name);
    }) as express.ErrorRequestHandler);
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
  };
  const serveOne = (handler: Handler) => serve((app) => app.get('/', handler));
  const get = (path = '/'): Promise<globalThis.Response> =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
      redirect: 'manual',
    });

  const SUCCESSES: Record<string, [status: number, body: string, answer: Handler]> = {
    json: [201, '{"a":1}', (_req, res) => res.status(201).json({ a: 1 })],
    'a status alone': [204, '', (_req, res) => res.sendStatus(204)],
    'a redirect': [303, '', (_req, res) => res.set('Location', '/elsewhere').status(303).end()],
    'writeHead and end': [202, 'text', (_req, res) => res.writeHead(202).end('text')],
    'two writes': [
      200,
      'onetwo',
      (_req, res) => {
        res.write('one');
        res.end('two');
      },
    ],
    'headers first': [
      200,
      'late',
      async (_req, res) => {
        res.flushHeaders();
        await new Promise(setImmediate);
        res.end('late');
      },
    ],
    'a stream': [
      200,
      '01234',
      (_req, res) => {
        Readable.from(['0', '1', '2', '3', '4']).pipe(res);
      },
    ],
    'a long stream': [
      200,
      'x'.repeat(500_000),
      (_req, res) => {
        Readable.from(Array.from({ length: 50 }, () => 'x'.repeat(10_000))).pipe(res);
      },
    ],
  };

  test.each(Object.entries(SUCCESSES))(
    'a commit that fails becomes the answer, and nothing of the other is sent: %s',
    async (_how, [, , answer]) => {
      await serveOne(async (req, res) => {
        await write('a');
        Session.beforeCommit(() => {
          throw new RangeError('refused');
        });
        res.set({ ETag: '"of the success"', 'X-After': 'gone', 'X-Before': 'changed' });
        answer(req, res);
      });
      const response = await get();
      expect([response.status, await response.text()]).toEqual([500, '"RangeError"']);
      expect(response.headers.get('ETag')).not.toBe('"of the success"');
      expect(response.headers.get('Location')).toBeNull();
      expect(response.headers.get('X-After')).toBeNull();
      expect(response.headers.get('X-Before')).toBe('kept');
      expect(await tornDown.promise).toBeInstanceOf(RangeError);
      expect(await seen()).toEqual([]);
    },
  );

  test('the answer looks sent while the commit is under way', async () => {
    const looks: unknown[] = [];
    const goOn = deferred();
    await serveOne(async (_req, res) => {
      await write('a');
      Session.beforeCommit(() => goOn.promise);
      res.send('first');
      looks.push(res.headersSent);
      for (const change of [
        () => res.set('X-Late', '1'),
        () => res.removeHeader('X-Before'),
        () => res.json('second'),
      ]) {
        try {
          change();
        } catch (error) {
          looks.push((error as NodeJS.ErrnoException).code);
        }
      }
      res.status(500);
      goOn.resolve();
    });
    const response = await get();
    expect([response.status, await response.text()]).toEqual([200, 'first']);
    expect(looks).toEqual([true, ...Array.from({ length: 3 }, () => 'ERR_HTTP_HEADERS_SENT')]);
  });

  test('an answer of several parts is committed before the first: what is written later is not', async () => {
    await serveOne(async (_req, res) => {
      await write('a');
      const committed = new Promise<void>((resolve) => Session.afterCommit(resolve));
      res.write('first, ');
      await committed;
      await write('b');
      res.end('second');
    });
    expect(await (await get()).text()).toBe('first, second');
    await tornDown.promise;
    expect(forgotten).toEqual(['/']);
    expect(await seen()).toEqual(['a']);
  });

  test('a route of an app that commits by hand may choose, also behind what has read', async () => {
    await serve((app) => {
      app.use(async (_req, _res, next) => {
        await Session.execute('select 1');
        next();
      });
      app.get('/', commitMode('on-success'), async (_req, res) => {
        await write('a');
        res.send('ok');
      });
    }, {});
    expect((await get()).status).toBe(200);
    expect(await seen()).toEqual(['a']);
  });
});
