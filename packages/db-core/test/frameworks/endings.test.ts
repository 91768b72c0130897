/** However a request ends, in whichever framework: its session is torn down once, and nothing is left of what was not committed. */
import { once } from 'node:events';
import http from 'node:http';
import type { Socket } from 'node:net';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import {
  clientGone,
  ClientAbortedError,
  gracefulShutdown,
  ShutdownError,
} from '@quartet/db-core/http';
import { ScopeClosedError } from '@quartet/db-core';
import { deferred } from '../support';
import { onEachFramework } from './on-each-framework';

onEachFramework((web) => {
  const { framework } = web;
  const leave = async (path: string, when: Promise<unknown>): Promise<void> => {
    const controller = new AbortController();
    const request = web.get(path, { signal: controller.signal }).catch(() => undefined);
    await when;
    controller.abort();
    await request;
  };

  test('a request that touches no data opens no session, and has no teardown', async () => {
    await web.serve((call) => call.text(200, 'ok'));
    const before = web.engine.status();
    expect(await (await web.get()).text()).toBe('ok');
    expect(web.engine.status()).toEqual(before);
    expect(web.teardowns).toEqual([]);
  });

  test('a committed answer, with a body that was parsed before', async () => {
    await web.serve([
      {
        method: 'POST',
        path: '/items/:name',
        handler: async (call) => {
          await web.write(call.name);
          await web.Session.commit();
          return call.json(201, call.name);
        },
      },
    ]);
    const body = JSON.stringify({ long: 'x'.repeat(50_000) });
    const headers = { 'content-type': 'application/json' };
    const answer = await web.get('/items/a', { method: 'POST', headers, body });
    expect([answer.status, await answer.json()]).toEqual([201, 'a']);
    expect(await web.tornDown()).toBeUndefined();
    expect(web.teardowns).toHaveLength(1);
    expect(await web.seen()).toEqual(['a']);
  });

  test('a forgotten commit is rolled back, and said with the name of its route', async () => {
    const warn = jest.fn();
    const logger = { error: jest.fn(), info: jest.fn(), debug: jest.fn(), warn };
    const handler = async (call: { text(status: number, body: string): unknown }) => {
      await web.write('forgotten');
      return call.text(200, 'ok');
    };
    await web.serve([{ path: '/items/:name', handler }], { logger });
    await (await web.get('/items/a')).text();
    await web.tornDown();
    const route = framework.gaps.namesNoRoute ? '/items/a' : '/items/:name';
    expect(warn.mock.calls).toEqual([
      [{ route: `GET ${route}`, status: 200 }, expect.stringContaining('was not committed')],
    ]);
    expect(await web.seen()).toEqual([]);
  });

  test.each([
    ['thrown', () => new Error('thrown')],
    ['of a class of its own', () => new TypeError('thrown')],
  ])('an error %s: rolled back, answered, and teardown knows it', async (_what, make) => {
    await web.serve(async () => {
      await web.write('a');
      throw make();
    });
    const answer = await web.get();
    expect([answer.status, await answer.json()]).toEqual([500, make().constructor.name]);
    expect(await web.tornDown()).toMatchObject({ message: 'thrown' });
    expect(web.teardowns).toHaveLength(1);
    expect(web.forgotten).toBe(0);
    expect(await web.seen()).toEqual([]);
  });

  test('an error after the headers: the answer is cut off, the writes are rolled back', async () => {
    await web.serve(async (call) => {
      await web.write('half');
      call.takeOver();
      call.outgoing.write('half');
      throw new Error('after headers');
    });
    await expect(web.get().then((answer) => answer.text())).rejects.toThrow(
      /terminated|fetch failed/,
    );
    const told = await web.tornDown();
    if (framework.gaps.hidesErrorsOfTakenOver) expect(told).toBeInstanceOf(ClientAbortedError);
    else expect(told).toMatchObject({ message: 'after headers' });
    expect(await web.seen()).toEqual([]);
  });

  test('an answer that was taken over is over when it has ended', async () => {
    const over = deferred();
    await web.serve(async (call) => {
      call.takeOver();
      await web.write('a');
      await web.Session.commit();
      call.outgoing.write('half, ');
      void over.promise.then(async () => {
        await web.write('b');
        await web.Session.commit();
        call.outgoing.end('whole');
      });
    });
    const answer = await web.get();
    expect(web.teardowns).toEqual([]);
    over.resolve();
    expect(await answer.text()).toBe('half, whole');
    await web.tornDown();
    expect(await web.seen()).toEqual(['a', 'b']);
  });

  test('a streamed answer keeps its session until it has ended, for what is read meanwhile too', async () => {
    const goOn = deferred();
    await web.serve(async (call) => {
      await web.write('a');
      await web.Session.commit();
      async function* parts(): AsyncGenerator<string> {
        yield 'first\n';
        await goOn.promise;
        yield `${(await web.Session.execute('select name from items')).scalar()}\n`;
      }
      return call.stream(Readable.from(parts()));
    });
    const answer = await web.get();
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let text = decoder.decode((await reader.read()).value);
    expect(text).toBe('first\n');
    expect(web.teardowns).toEqual([]);
    goOn.resolve();
    for (let read = await reader.read(); !read.done; read = await reader.read())
      text += decoder.decode(read.value);
    expect(text).toBe('first\na\n');
    expect(await web.tornDown()).toBeUndefined();
    expect(web.teardowns).toHaveLength(1);
  });

  test('the same session within a request, another in one that overlaps', async () => {
    const both = deferred();
    const sessions: object[] = [];
    await web.serve(async (call) => {
      const session = web.Session();
      if (sessions.push(session) === 2) both.resolve();
      await both.promise;
      return call.json(200, web.Session() === session);
    });
    const answers = await Promise.all([web.get(), web.get()]);
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([true, true]);
    expect(new Set(sessions).size).toBe(2);
  });

  describe('when the client goes away', () => {
    test('between statements: rolled back, and the handler that runs on is refused a session', async () => {
      const [written, gone, ran] = [deferred(), deferred(), deferred<unknown>()];
      await web.serve(async (call) => {
        await web.write('a');
        written.resolve();
        await gone.promise;
        ran.resolve(await web.write('b').catch((error: unknown) => error));
        return call.empty(204);
      });
      await leave('/', written.promise);
      expect(await web.tornDown()).toBeInstanceOf(ClientAbortedError);
      gone.resolve();
      expect(await ran.promise).toBeInstanceOf(ScopeClosedError);
      expect(web.teardowns).toHaveLength(1);
      expect(await web.seen()).toEqual([]);
    });

    test('before the handler asks for its first session: it gets none', async () => {
      const [here, ran] = [deferred(), deferred<unknown>()];
      let isGone = false;
      await web.serve(async (call) => {
        const closed = once(call.outgoing, 'close');
        here.resolve();
        await closed;
        isGone = clientGone(call.incoming, call.outgoing);
        ran.resolve(await web.write('a').catch((error: unknown) => error));
        return call.empty(204);
      });
      await leave('/', here.promise);
      expect(await ran.promise).toBeInstanceOf(ScopeClosedError);
      expect(isGone).toBe(true);
      expect(web.teardowns).toEqual([]);
    });

    test('in the middle of a stream: what it holds comes back', async () => {
      await web.serve(async (call) => {
        await web.write('a');
        async function* parts(): AsyncGenerator<string> {
          for (;;) yield 'x'.repeat(10_000);
        }
        return call.stream(Readable.from(parts()));
      });
      const controller = new AbortController();
      const answer = await web.get('/', { signal: controller.signal });
      await (answer.body as ReadableStream).getReader().read();
      controller.abort();
      expect(await web.tornDown()).toBeInstanceOf(ClientAbortedError);
      expect(await web.seen()).toEqual([]);
    });

    if (web.name !== 'sqlite') {
      test('in the middle of a query: the server is asked to stop it, nothing waits for its end', async () => {
        const isPostgres = web.name === 'postgres';
        const sleep = isPostgres ? 'select pg_sleep(300)' : 'select sleep(300)';
        const running = isPostgres
          ? "select count(*) from pg_stat_activity where query like 'select pg_sleep%' and datname = current_database() and state = 'active'"
          : "select count(*) from information_schema.processlist where info like 'select sleep%' and db = database()";
        const ran = deferred<unknown>();
        await web.serve(async (call) => {
          await web.Session.begin();
          ran.resolve(
            await web.Session.execute(sleep).then(
              (result) => result.scalar(),
              (error: unknown) => error,
            ),
          );
          return call.empty(204);
        });
        const isRunning = async (): Promise<void> => {
          while (Number((await web.outside.execute(running)).scalar()) === 0);
        };
        await leave('/', isRunning());
        expect(await web.tornDown()).toBeInstanceOf(ClientAbortedError);
        // PostgreSQL reports the cancelled statement; MariaDB's sleep() answers 1 when it is interrupted.
        const outcome = await ran.promise;
        if (isPostgres) expect(outcome).toMatchObject({ reason: 'cancelled' });
        else expect([1, 'cancelled']).toContain((outcome as { reason?: string }).reason ?? outcome);
      });
    }

    test('while a pipelined request waits for its turn to answer: that one is torn down too', async () => {
      // SQLite has one writer: the second request would wait for the lock until the first is torn down.
      const names = web.name === 'sqlite' ? ['a'] : ['a', 'b'];
      const all = deferred();
      let here = 0;
      const handler = async ({ name }: { name: string }): Promise<never> => {
        await web.write(name);
        if (++here === names.length) all.resolve();
        return await new Promise<never>(() => undefined); // never answers
      };
      const torn = deferred();
      let count = 0;
      const onTeardown = (): void => {
        if (++count === names.length) torn.resolve();
      };
      await web.serve([{ path: '/items/:name', handler }], { onTeardown });
      const socket = net.connect((web.server.address() as AddressInfo).port, '127.0.0.1');
      for (const name of names) socket.write(`GET /items/${name} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await all.promise;
      socket.destroy();
      await torn.promise;
      expect(count).toBe(names.length);
      expect(await web.seen()).toEqual([]);
    });
  });

  test('keep-alive: many requests on one socket leave no listeners behind', async () => {
    await web.serve(async (call) =>
      call.json(200, (await web.Session.execute('select 1')).scalar()),
    );
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    let socket: Socket | undefined;
    web.server.on('connection', (opened) => (socket ??= opened));
    for (let i = 0; i < 30; i++) {
      const asked = http.get(web.url(), { agent });
      const [res] = (await once(asked, 'response')) as [http.IncomingMessage];
      await once(res.resume(), 'end');
    }
    // One of the last request may be there still, and a server has some of its own.
    expect((socket as Socket).listenerCount('close')).toBeLessThan(15);
    agent.destroy();
  });

  test('a shutdown: a request in flight finishes, a late one is refused, one that never ends is answered 503', async () => {
    const both = deferred();
    const late = deferred();
    let here = 0;
    const told: unknown[] = [];
    await web.serve(
      [
        {
          path: '/finishes',
          handler: async (call) => {
            await web.Session.execute('select 1');
            if (++here === 2) both.resolve();
            await late.promise;
            return call.text(200, 'done');
          },
        },
        {
          path: '/hangs',
          handler: async () => {
            await web.Session.execute('select 1');
            if (++here === 2) both.resolve();
            return await new Promise(() => undefined);
          },
        },
      ],
      { onTeardown: (error) => told.push(error) },
    );
    const { scopes } = web.app;
    const shutdown = gracefulShutdown({
      scopes,
      server: web.server,
      engines: [],
      drainTimeoutMs: 1_000,
    });
    const [finishes, hangs] = [web.get('/finishes'), web.get('/hangs')];
    await both.promise;
    const over = shutdown();
    expect((await web.get('/finishes')).status).toBe(503);
    late.resolve();
    expect((await finishes).status).toBe(200);
    expect((await hangs).status).toBe(503);
    await over;
    expect(told).toEqual([undefined, expect.any(ShutdownError)]);
  });
});
