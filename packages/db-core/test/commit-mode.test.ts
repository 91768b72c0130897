import { once } from 'node:events';
import type * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Express, Request, Response } from 'express';
import express from 'express';
import type { Engine, ScopedSession } from '@quartet/db-core';
import { ArgumentError, IntegrityError, scopedSession, sessionmaker } from '@quartet/db-core';
import type { RequestScopeOptions } from '@quartet/db-core/express';
import { mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import { commitMode, initApp, noteErrors } from '@quartet/db-core/express';
import QueryStream from 'pg-query-stream';
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
    'what was written is committed before the answer: %s',
    async (_how, [status, body, answer]) => {
      await serveOne(async (req, res) => {
        await write('a');
        answer(req, res);
      });
      const response = await get();
      const atHead = await seen();
      expect({ status: response.status, body: await response.text(), atHead }).toEqual({
        status,
        body,
        atHead: ['a'],
      });
      expect(response.headers.get('X-Before')).toBe('kept');
      await tornDown.promise;
      expect(forgotten).toEqual([]);
    },
  );

  test('at the moment of the first byte it is there for others: each of many requests', async () => {
    let n = 0;
    await serveOne(async (_req, res) => {
      const name = `item ${n++}`;
      await write(name);
      res.status(201).send(name);
    });
    const one = async (): Promise<boolean> => {
      const response = await get();
      const found = await outside.execute('select 1 from items where name = ?', [
        await response.text(),
      ]);
      return response.status === 201 && found.rowCount === 1;
    };
    const there = await Promise.all(Array.from({ length: 100 }, one));
    expect(there.filter(Boolean)).toHaveLength(100);
  });

  const FAILURES: Record<string, [status: number, end: Handler]> = {
    'an error answer': [404, (_req, res) => res.status(404).json('none')],
    'an error answer by writeHead': [400, (_req, res) => res.writeHead(400).end()],
    'a thrown error': [
      500,
      () => {
        throw new Error('thrown');
      },
    ],
  };
  test.each(Object.entries(FAILURES))('nothing is committed: %s', async (_how, [status, end]) => {
    await serveOne(async (req, res) => {
      await write('a');
      return end(req, res);
    });
    expect((await get()).status).toBe(status);
    await tornDown.promise;
    expect(await seen()).toEqual([]);
  });

  test.each([
    ['of the app', { commit: 'on-success' }, 'on-success'],
    ['of the route', {}, 'on-success'],
  ] as const)(
    'an error handler that answers with a redirect commits nothing: mode %s',
    async (_of, options, mode) => {
      await serve((app) => {
        app.get('/', commitMode(mode), async () => {
          await write('half');
          throw new Error('the other half');
        });
        app.use(((_error, _req, res, _next) =>
          res.redirect('/sorry')) as express.ErrorRequestHandler);
      }, options);
      expect((await get()).status).toBe(302);
      await tornDown.promise;
      expect(await seen()).toEqual([]);
    },
  );

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

  if (fixture.name !== 'mariadb') {
    test('a constraint that is checked at COMMIT answers 409, never 201', async () => {
      const table = `create table parts (item integer references items (id) deferrable initially deferred)`;
      await outside.execute(table);
      await serveOne(async (_req, res) => {
        await Session.execute('insert into parts (item) values (4711)');
        res.status(201).json('made');
      });
      const response = await get();
      expect([response.status, await response.json()]).toEqual([409, 'IntegrityError']);
      await tornDown.promise;
      expect((await outside.execute('select 1 from parts')).rowCount).toBe(0);
      await outside.execute('drop table parts');
    });
  }

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

  test('a handler may commit by itself, and a request that has only read waits for nothing', async () => {
    await serve((app) => {
      app.get('/own', async (_req, res) => {
        await write('a');
        await Session.commit();
        res.send('ok');
      });
      app.get('/read', async (_req, res) => {
        await Session.execute('select 1');
        res.send('ok');
      });
      app.get('/untouched', (_req, res) => void res.send('ok'));
    });
    for (const path of ['/own', '/read', '/untouched']) expect((await get(path)).status).toBe(200);
    expect(await seen()).toEqual(['a']);
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

  if (fixture.name !== 'sqlite') {
    /** The names in `items`, as many times as there are, as the driver reads them. */
    const rows = (): Readable => {
      const sql = 'select a.name from items a, items b, items c';
      const stream =
        fixture.name === 'postgres'
          ? new (pgDriver(fixture.engine).Client)().query(new QueryStream(sql))
          : mysql2Driver(fixture.engine)
              .createConnection({})
              .query(sql)
              .stream({ highWaterMark: 10 });
      return Readable.from(textOf(stream as AsyncIterable<{ name: string }>));
    };
    async function* textOf(stream: AsyncIterable<{ name: string }>): AsyncGenerator<string> {
      for await (const { name } of stream) yield name;
    }
    const twentyItems = async (): Promise<void> => {
      const values = Array.from({ length: 20 }, (_, i) => `('${String.fromCharCode(97 + i)}')`);
      await outside.execute(`insert into items (name) values ${values.join(', ')}`);
    };

    test('a stream of rows goes out while its transaction is open', async () => {
      await twentyItems();
      await serveOne((_req, res) => void rows().pipe(res));
      expect(await (await get()).text()).toHaveLength(8000);
      await tornDown.promise;
    });

    test('a stream of rows behind a write of the same session is refused, and all is undone', async () => {
      await twentyItems();
      await serveOne(async (_req, res) => {
        await write('z');
        rows().pipe(res);
      });
      const response = await get();
      expect([response.status, await response.json()]).toEqual([500, 'InvalidRequestError']);
      await tornDown.promise;
      expect(await seen()).not.toContain('z');
    });
  }

  test('a route may choose', async () => {
    await serve((app) => {
      app.get('/manual', commitMode('manual'), async (_req, res) => {
        await write('a');
        res.send('ok');
      });
    });
    expect((await get('/manual')).status).toBe(200);
    await tornDown.promise;
    expect(forgotten).toEqual(['/manual']);
    expect(await seen()).toEqual([]);
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

  test('manual is the default', async () => {
    await serve((app) => {
      app.get('/', async (_req, res) => {
        await write('a');
        res.send('ok');
      });
    }, {});
    expect((await get()).status).toBe(200);
    await tornDown.promise;
    expect(forgotten).toEqual(['/']);
    expect(await seen()).toEqual([]);
  });

  test('a client that leaves during the commit is not answered, and all comes back', async () => {
    const waiting = deferred();
    const goOn = deferred();
    await serveOne(async (_req, res) => {
      await write('a');
      Session.beforeCommit(() => {
        waiting.resolve();
        return goOn.promise;
      });
      res.send('never read');
    });
    const leave = new AbortController();
    const { port } = server.address() as AddressInfo;
    const answer = fetch(`http://127.0.0.1:${port}/`, { signal: leave.signal });
    await waiting.promise;
    leave.abort();
    await expect(answer).rejects.toThrow('aborted');
    await tornDown.promise;
    goOn.resolve();
    await new Promise(setImmediate);
    expect(await seen()).toEqual([]);
  });
});
