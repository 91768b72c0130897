/** Endings that happen on the connection rather than in the handler: clients that leave, time that runs out. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { ScopeClosedError, translateError } from '@quartet/db-core';
import { ClientAbortedError } from '@quartet/db-core/express';
import { deferred } from '../support/deferred';
import type { Fixture } from '../support/fixture';
import { listenersOf } from '../support/fixture';
import { suite } from '../support/suite';
import { Wire } from '../support/wire';

const INSERT = "INSERT INTO users (name, email) VALUES ('ghost', 'ghost@localhost')";

export const teardownOnTheWire = suite('teardown on the wire', (test, core) => {
  core('a client that leaves before the first statement costs no connection', async (fixture) => {
    const [here, outcome] = [deferred(), deferred<unknown>()];
    const path = fixture.extra.add(async (_req, res) => {
      here.resolve();
      await once(res, 'close');
      outcome.resolve(await fixture.extra.session().catch((error: unknown) => error));
    });
    const { meter } = await fixture.measure(async () => {
      const wire = await Wire.open(fixture.server);
      wire.send('GET', path);
      await here.promise;
      await wire.leave();
      expect(translateError(await outcome.promise)).toBeInstanceOf(ScopeClosedError);
    });
    expect([meter.opened, meter.counts.checkout]).toEqual([0, 0]);
  });

  core(
    'a client that leaves after the commit, before the answer: what was committed stays',
    async (fixture) => {
      const { extra, subject, probe } = fixture;
      const { failure, wire } = await leaving(fixture, async (_req, res) => {
        await subject.queries.createUser({ name: 'kept', email: 'kept@localhost' });
        await extra.session();
        res.write('half');
      });
      await wire.until('half');
      await wire.leave();
      expect(await failure).toBeInstanceOf(ClientAbortedError);
      expect((await probe.snapshot()).users).toMatchObject([{ name: 'kept' }]);
    },
  );

  core(
    'a client that leaves in the middle of a body the contract reads costs no connection',
    async (fixture) => {
      const { meter } = await fixture.measure(async () => {
        for (const path of ['/users', '/users/import', '/users/1/messages', '/users/1/merge']) {
          const arrived = once(fixture.server, 'request');
          const wire = await Wire.open(fixture.server);
          wire.send('POST', path, '{"name":"half', 500);
          const [, res] = (await arrived) as [unknown, NodeJS.EventEmitter];
          const over = once(res, 'close');
          await wire.leave();
          await over;
        }
      });
      expect([meter.opened, meter.counts.checkout]).toEqual([0, 0]);
      expect(await fixture.probe.count('users')).toBe(0);
    },
  );

  core(
    'a client that leaves in the middle of a body the handler reads: what was written before is undone',
    async (fixture) => {
      const { extra, probe } = fixture;
      const written = deferred();
      const { failure, wire } = await leaving(
        fixture,
        async (req) => {
          await (await extra.session()).execute(INSERT);
          written.resolve();
          await text(req);
        },
        'half a body',
      );
      await written.promise;
      await wire.leave();
      expect(await failure).toBeInstanceOf(ClientAbortedError);
      await fixture.atRest();
      expect(await probe.count('users')).toBe(0);
    },
  );

  test('a client that leaves in the middle of the export ends it, and the database is left alone', async (fixture) => {
    const { api, probe, server, atRest, measure } = fixture;
    const [author] = await probe.addUsers(1);
    await probe.addMessages(author as number, 4_000, (n) => `${n} ${'x'.repeat(8_000)}`); // far more than sockets buffer
    const whole = await measure(() => api.get('/messages/export'));
    const { meter } = await measure(async () => {
      const wire = await Wire.open(server);
      wire.send('GET', '/messages/export');
      await wire.leaveAt('"body":"3 ');
      await atRest();
    });
    expect(meter.opened).toBe(1);
    expect(meter.counts.checkin).toBe(meter.counts.checkout);
    expect(meter.counts.query).toBeLessThan(whole.meter.counts.query / 2);
  });

  core(
    'a handler that never answers is ended by the server’s timeout, and what it wrote is undone',
    async (fixture) => {
      const { server, extra, probe } = fixture;
      server.setTimeout(150);
      try {
        const { failure, wire } = await leaving(fixture, async () => {
          await (await extra.session()).execute(INSERT);
        });
        await wire.closed();
        expect(await failure).toBeInstanceOf(ClientAbortedError);
      } finally {
        server.setTimeout(0);
      }
      await fixture.atRest();
      expect(await probe.count('users')).toBe(0);
    },
  );

  core(
    'requests on one kept-alive connection have a session each and leave no listener behind',
    async (fixture) => {
      const { server, measure, settled } = fixture;
      const [id] = await fixture.probe.addUsers(1);
      const connected = once(server, 'connection');
      const wire = await Wire.open(server);
      const [socket] = (await connected) as [Socket];
      let asked = 0;
      const ask = async (count: number): Promise<Record<string, number>> => {
        for (let i = 0; i < count; i++) {
          const arrived = once(server, 'request');
          wire.send(i % 2 ? 'HEAD' : 'GET', `/users/${id}`);
          const [, res] = (await arrived) as [unknown, ServerResponse];
          if (!res.closed) await once(res, 'close'); // the client may have its answer before that
          await wire.until('200 OK', ++asked);
        }
        await settled();
        // Of this connection alone: those of clients before it close by themselves when they have idled long enough.
        return { ...fixture.listeners(), socket: listenersOf(socket) };
      };
      const { meter } = await measure(async () => {
        const after = await ask(6);
        expect(await ask(30)).toEqual(after);
      });
      expect(meter.opened).toBe(36);
      expect(meter.counts.checkin).toBe(meter.counts.checkout);
      await wire.leave();
    },
  );

  core('pipelined requests are answered in order, with a session each', async (fixture) => {
    const { server, extra, measure } = fixture;
    const both = deferred();
    let here = 0;
    const path = extra.add(async (req, res) => {
      const session = await extra.session();
      if (++here === 2) both.resolve();
      await both.promise; // the second must run before the first is answered
      res.end(`<${String(req.query['n'])} ${(await extra.session()) === session}>`);
    });
    const { meter } = await measure(async () => {
      const wire = await Wire.open(server);
      for (const n of [1, 2]) wire.send('GET', `${path}?n=${n}`);
      await wire.until('<', 2);
      expect(wire.received.match(/<.*?>/g)).toEqual(['<1 true>', '<2 true>']);
      await wire.leave();
    });
    expect([meter.opened, meter.counts.checkin]).toEqual([2, meter.counts.checkout]);
  });

  core(
    'a client that leaves with pipelined requests unanswered: each is torn down, once',
    async (fixture) => {
      const { server, extra, settled } = fixture;
      const [all, gone] = [deferred(), deferred()];
      const left: string[] = [];
      let here = 0;
      extra.onTeardown((_error, req) => {
        if (left.push(String(req.query['n'])) === 3) gone.resolve();
      });
      const path = extra.add(async () => {
        const session = await extra.session();
        await session.rollback();
        await session.begin({ begin: 'on-first-statement' }); // so that a connection is held
        await session.execute('SELECT count(*) FROM users');
        if (++here === 3) all.resolve();
      });
      const wire = await Wire.open(server);
      for (const n of [1, 2, 3]) wire.send('GET', `${path}?n=${n}`);
      await all.promise;
      await wire.leave();
      await gone.promise;
      await settled();
      extra.onTeardown(() => undefined);
      expect(left.sort()).toEqual(['1', '2', '3']);
    },
  );

  core('HEAD is torn down like GET, and what it wrote is undone', async (fixture) => {
    const { api, extra, probe, settled } = fixture;
    const failure: unknown[] = [];
    extra.onTeardown((error) => failure.push(error));
    const path = extra.add(async (_req, res) => {
      await (await extra.session()).execute(INSERT);
      res.status(304).end();
    });
    expect((await api.send('HEAD', path)).status).toBe(304);
    await settled();
    extra.onTeardown(() => undefined);
    expect(failure).toEqual([undefined]);
    expect(await probe.count('users')).toBe(0);
  });

  core(
    'the end of one request leaves the transaction of another that overlaps it alone',
    async (fixture) => {
      const { api, extra, probe } = fixture;
      const [written, over] = [deferred(), deferred()];
      const long = extra.add(async (_req, res) => {
        const session = await extra.session();
        await session.execute(INSERT);
        written.resolve();
        await over.promise;
        await session.commit();
        res.status(201).end();
      });
      const short = extra.add(async () => {
        await extra.session();
        throw new Error('the other one fails');
      });
      const answer = api.post(long);
      await written.promise;
      expect((await api.get(short)).status).toBe(500);
      over.resolve();
      expect((await answer).status).toBe(201);
      expect(await probe.count('users')).toBe(1);
    },
  );

  core('a teardown hook that throws is reported, and keeps no connection', async (fixture) => {
    const { api, extra, probe, atRest } = fixture;
    extra.onTeardown(() => Promise.reject(new Error('hook')));
    const path = extra.add(async (_req, res) => {
      await (await extra.session()).execute(INSERT);
      res.status(500).end();
    });
    await api.post(path);
    await atRest();
    extra.onTeardown(() => undefined);
    expect(extra.teardownFailures.splice(0)).toEqual([
      expect.objectContaining({ message: 'hook' }),
    ]);
    expect(await probe.count('users')).toBe(0);
    await api.createUser('ghost');
  });
});

type Handler = Parameters<Fixture['extra']['add']>[0];

/** A request that is not going to be answered: its connection, and the error that teardown is given. */
async function leaving(
  { server, extra }: Fixture,
  handler: Handler,
  body?: string,
): Promise<{ wire: Wire; failure: Promise<unknown> }> {
  const failure = deferred<unknown>();
  extra.onTeardown((error) => {
    extra.onTeardown(() => undefined);
    failure.resolve(error);
  });
  const wire = await Wire.open(server);
  wire.send('POST', extra.add(handler), body, body === undefined ? undefined : 1_000);
  return { wire, failure: failure.promise };
}
