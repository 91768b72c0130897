/** Mode `on-success`, in whichever framework: the commit comes before the first byte, and one that fails is the answer. */
import { Readable } from 'node:stream';
import { mysql2Driver, pgDriver } from '@quartet/db-core/drivers';
import QueryStream from 'pg-query-stream';
import { deferred } from '../support';
import type { Call, Handler } from './framework';
import { onEachFramework } from './on-each-framework';

const ON_SUCCESS = { commit: 'on-success' } as const;

onEachFramework((web) => {
  const { gaps } = web.framework;

  const SUCCESSES: Record<string, [status: number, body: string, answer: Handler]> = {
    json: [201, '{"a":1}', (call) => call.json(201, { a: 1 })],
    'a status alone': [204, '', (call) => call.empty(204)],
    'a redirect': [303, '', (call) => call.redirect('/elsewhere')],
    'a stream': [200, '01234', (call) => call.stream(Readable.from(['0', '1', '2', '3', '4']))],
    'a long stream': [
      200,
      'x'.repeat(500_000),
      (call) => call.stream(Readable.from(Array.from({ length: 50 }, () => 'x'.repeat(10_000)))),
    ],
  };
  const TAKEN_OVER: Record<string, [status: number, body: string, answer: Handler]> = {
    'writeHead and end': [202, 'text', ({ outgoing }) => outgoing.writeHead(202).end('text')],
    'two writes': [
      200,
      'onetwo',
      ({ outgoing }) => {
        outgoing.statusCode = 200;
        outgoing.write('one');
        outgoing.end('two');
      },
    ],
    'headers first': [
      200,
      'late',
      async ({ outgoing }) => {
        outgoing.statusCode = 200;
        outgoing.flushHeaders();
        await new Promise(setImmediate);
        outgoing.end('late');
      },
    ],
  };
  const ANSWERS = [
    ...Object.entries(SUCCESSES).map((each) => [...each, false] as const),
    ...Object.entries(TAKEN_OVER).map((each) => [...each, true] as const),
  ];
  const answerer =
    (before: (call: Call) => Promise<unknown>, answer: Handler, isTakenOver: boolean): Handler =>
    async (call) => {
      await before(call);
      if (isTakenOver) call.takeOver();
      return await answer(call);
    };

  test.each(ANSWERS)(
    'what was written is committed before the answer: %s',
    async (_how, [status, body, answer], isTakenOver) => {
      await web.serve(
        answerer(() => web.write('a'), answer, isTakenOver),
        ON_SUCCESS,
      );
      const response = await web.get();
      const atHead = await web.seen();
      expect({ status: response.status, text: await response.text(), atHead }).toEqual({
        status,
        text: status === 303 ? expect.any(String) : body,
        atHead: ['a'],
      });
      await web.tornDown();
      expect(web.forgotten).toBe(0);
    },
  );

  test.each(ANSWERS)(
    'a commit that fails becomes the answer, and nothing of the other is sent: %s',
    async (_how, [, , answer], isTakenOver) => {
      const fail = async (call: Call): Promise<void> => {
        await web.write('a');
        call.header('ETag', '"of the success"');
        call.header('X-After', 'gone');
        web.Session.beforeCommit(() => {
          throw new RangeError('refused');
        });
      };
      await web.serve(answerer(fail, answer, isTakenOver), ON_SUCCESS);
      const response = await web.get();
      const isBrief = isTakenOver && gaps.failsBriefly !== undefined;
      expect([response.status, await response.text()]).toEqual([
        500,
        isBrief ? expect.not.stringContaining('text') : '"RangeError"',
      ]);
      for (const name of ['ETag', 'X-After', 'Location'])
        expect([name, response.headers.get(name)]).toEqual([name, null]);
      const keepsEarlier = !gaps.losesEarlierHeaders && !isBrief;
      if (keepsEarlier) expect(response.headers.get('X-Before')).toBe('kept');
      expect(await web.tornDown()).toBeInstanceOf(RangeError);
      expect(await web.seen()).toEqual([]);
    },
  );

  if (web.name !== 'mariadb') {
    test.each([
      ['on-success', undefined],
      [undefined, 'on-success'],
    ] as const)(
      'a constraint that is checked at COMMIT answers 409, never 201: app %s, route %s',
      async (commit, mode) => {
        await web.outside.execute(
          'create table parts (item integer references items (id) deferrable initially deferred)',
        );
        const handler: Handler = async (call) => {
          await web.Session.execute('insert into parts (item) values (4711)');
          return call.json(201, 'made');
        };
        await web.serve([{ path: '/', handler, ...(mode && { mode }) }], commit ? { commit } : {});
        const response = await web.get();
        expect([response.status, await response.json()]).toEqual([409, 'IntegrityError']);
        await web.tornDown();
        expect((await web.outside.execute('select 1 from parts')).rowCount).toBe(0);
        await web.outside.execute('drop table parts');
      },
    );

    test('by hand, a constraint that is checked at COMMIT is thrown in the handler', async () => {
      await web.outside.execute(
        'create table parts (item integer references items (id) deferrable initially deferred)',
      );
      await web.serve(async (call) => {
        await web.Session.execute('insert into parts (item) values (4711)');
        await web.Session.commit();
        return call.json(201, 'made');
      });
      expect((await web.get()).status).toBe(409);
      await web.tornDown();
      await web.outside.execute('drop table parts');
    });
  }

  test('at the moment of the first byte it is there for others: each of many requests', async () => {
    let n = 0;
    await web.serve(async (call) => {
      const name = `item ${n++}`;
      await web.write(name);
      return call.text(201, name);
    }, ON_SUCCESS);
    const one = async (): Promise<boolean> => {
      const response = await web.get();
      const found = await web.outside.execute('select 1 from items where name = ?', [
        await response.text(),
      ]);
      return response.status === 201 && found.rowCount === 1;
    };
    const there = await Promise.all(Array.from({ length: 50 }, one));
    expect(there.filter(Boolean)).toHaveLength(50);
  });

  const FAILURES: Record<string, [status: number, end: Handler]> = {
    'an error answer': [404, (call) => call.json(404, 'none')],
    'a thrown error': [
      500,
      () => {
        throw new Error('thrown');
      },
    ],
  };
  test.each(Object.entries(FAILURES))('nothing is committed: %s', async (_how, [status, end]) => {
    await web.serve(async (call) => {
      await web.write('a');
      return await end(call);
    }, ON_SUCCESS);
    expect((await web.get()).status).toBe(status);
    await web.tornDown();
    expect(await web.seen()).toEqual([]);
  });

  test.each([
    ['of the app', ON_SUCCESS, undefined],
    ['of the route', {}, 'on-success'],
  ] as const)(
    'an error that is answered with a redirect commits nothing: mode %s',
    async (_of, options, mode) => {
      const handler: Handler = async () => {
        await web.write('half');
        throw new Error('the other half');
      };
      await web.serve([{ path: '/', handler, ...(mode && { mode }) }], options, '/sorry');
      expect((await web.get()).status).toBe(302);
      expect(await web.tornDown()).toMatchObject({ message: 'the other half' });
      expect(await web.seen()).toEqual([]);
    },
  );

  test.each([
    ['the route may commit by hand', ON_SUCCESS, 'manual', []],
    ['the route may be committed', {}, 'on-success', ['a']],
    ['by hand is the default', {}, undefined, []],
  ] as const)('%s', async (_what, options, mode, expected) => {
    const handler: Handler = async (call) => {
      await web.write('a');
      return call.text(200, 'ok');
    };
    await web.serve([{ path: '/', handler, ...(mode && { mode }) }], options);
    expect((await web.get()).status).toBe(200);
    await web.tornDown();
    expect(web.forgotten).toBe(expected.length === 0 ? 1 : 0);
    expect(await web.seen()).toEqual(expected);
  });

  test('a handler may commit by itself, and a request that has only read waits for nothing', async () => {
    const own: Handler = async (call) => {
      await web.write('a');
      await web.Session.commit();
      return call.text(200, 'ok');
    };
    const read: Handler = async (call) =>
      call.json(200, (await web.Session.execute('select 1')).scalar());
    const routes = [
      { path: '/own', handler: own },
      { path: '/read', handler: read },
      { path: '/untouched', handler: (call) => call.text(200, 'ok') } as {
        path: string;
        handler: Handler;
      },
    ];
    await web.serve(routes, ON_SUCCESS);
    for (const { path } of routes) expect((await web.get(path)).status).toBe(200);
    expect(await web.seen()).toEqual(['a']);
  });

  test('what a stream writes when its first byte is out is not committed, and said', async () => {
    const isOut = deferred();
    await web.serve(async (call) => {
      await web.write('a');
      async function* parts(): AsyncGenerator<string> {
        yield 'first, ';
        await isOut.promise;
        await web.write('b');
        yield 'second';
      }
      return call.stream(Readable.from(parts()));
    }, ON_SUCCESS);
    const response = await web.get();
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('first, ');
    isOut.resolve();
    while (!(await reader.read()).done);
    await web.tornDown();
    expect(web.forgotten).toBe(1);
    expect(await web.seen()).toEqual(['a']);
  });

  if (web.name !== 'sqlite') {
    /** The names in `items`, as many times as there are, as the driver reads them. */
    const rows = (): Readable => {
      const sql = 'select a.name from items a, items b, items c';
      const stream =
        web.name === 'postgres'
          ? new (pgDriver(web.engine).Client)().query(new QueryStream(sql))
          : mysql2Driver(web.engine).createConnection({}).query(sql).stream({ highWaterMark: 10 });
      return Readable.from(textOf(stream as AsyncIterable<{ name: string }>));
    };
    async function* textOf(stream: AsyncIterable<{ name: string }>): AsyncGenerator<string> {
      for await (const { name } of stream) yield name;
    }
    const twentyItems = async (): Promise<void> => {
      const values = Array.from({ length: 20 }, (_, i) => `('${String.fromCharCode(97 + i)}')`);
      await web.outside.execute(`insert into items (name) values ${values.join(', ')}`);
    };

    test('a stream of rows goes out while its transaction is open', async () => {
      await twentyItems();
      await web.serve((call) => call.stream(rows()), ON_SUCCESS);
      expect(await (await web.get()).text()).toHaveLength(8000);
      await web.tornDown();
    });

    test('a stream of rows behind a write of the same session is refused, and all is undone', async () => {
      await twentyItems();
      await web.serve(async (call) => {
        await web.write('z');
        return call.stream(rows());
      }, ON_SUCCESS);
      const response = await web.get();
      expect([response.status, await response.json()]).toEqual([500, 'InvalidRequestError']);
      await web.tornDown();
      expect(await web.seen()).not.toContain('z');
    });
  }

  test('a client that leaves during the commit is not answered, and all comes back', async () => {
    const [waiting, goOn] = [deferred(), deferred()];
    await web.serve(async (call) => {
      await web.write('a');
      web.Session.beforeCommit(() => {
        waiting.resolve();
        return goOn.promise;
      });
      return call.text(200, 'never read');
    }, ON_SUCCESS);
    const controller = new AbortController();
    const answer = web.get('/', { signal: controller.signal });
    await waiting.promise;
    controller.abort();
    await expect(answer).rejects.toThrow('aborted');
    await web.tornDown();
    goOn.resolve();
    await new Promise(setImmediate);
    expect(await web.seen()).toEqual([]);
  });
});
