/** However a request ends, its session is removed exactly once and nothing of it stays. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ScopeClosedError, translateError } from '@quartet/db-core';
import { ClientAbortedError } from '@quartet/db-core/express';
import type { Queries } from '@quartet/http-contract';
import { expectWarning, until } from '@quartet/testing';
import { expectProblem } from '../support/client';
import { deferred } from '../support/deferred';
import type { ExtraHandler } from '../support/extra-routes';
import type { Fixture } from '../support/fixture';
import { suite } from '../support/suite';

const INSERT = "INSERT INTO users (name, email) VALUES ('ghost', 'ghost@localhost')";

/** Every way in which a handler may end, after it has written without a commit. */
const ENDINGS: Record<string, ExtraHandler> = {
  'an exception': () => {
    throw new Error('thrown');
  },
  'a rejected promise': () => Promise.reject(new Error('rejected')),
  'next(error)': (_req, _res, next) => next(new Error('passed on')),
  'an error answer': (_req, res) => void res.status(500).end(),
  'half an answer and an error': async (_req, res) => {
    await new Promise((sent) => res.write('half', sent));
    throw new Error('too late');
  },
  'a destroyed response': (_req, res) => void res.destroy(),
};

export const teardown = suite('teardown', (test) => {
  test('after an answer the session is removed once, and the hook hears of no error', async (fixture) => {
    const { teardowns, meter } = await endWith(fixture, async (_req, res) => {
      await (await fixture.extra.session()).rollback();
      res.json('done');
    });
    expect(teardowns).toEqual([undefined]);
    expect(meter.counts.checkin).toBe(meter.counts.checkout);
  });

  for (const [how, end] of Object.entries(ENDINGS)) {
    test(`after ${how} the session is removed once and what it wrote is undone`, async (fixture) => {
      const { teardowns, meter } = await endWith(fixture, end);
      expect(teardowns).toHaveLength(1);
      expect(meter.counts).toMatchObject({ begin: 1, rollback: 1, commit: 0 });
      expect(meter.counts.checkin).toBe(meter.counts.checkout);
      expect(await fixture.probe.count('users')).toBe(0);
      await fixture.api.createUser('ghost');
    });
  }

  test('a streamed answer keeps its session until the last byte', async (fixture) => {
    const { extra, api, subject } = fixture;
    const goOn = deferred();
    const path = extra.add(async (_req, res) => {
      const session = await extra.session();
      res.write('first ');
      await goOn.promise;
      await subject.queries.findUser(1);
      res.end((await extra.session()) === session ? 'same' : 'another');
    });
    const answer = await api.open(path);
    await delay(50); // the headers are out, and long since
    goOn.resolve();
    expect(await answer.text()).toBe('first same');
  });

  test('a success that forgot to commit is undone, and warned of by name', async ({
    api,
    extra,
    probe,
    settled,
  }) => {
    expectWarning(/POST \/extra.* not committed/);
    const path = extra.add(async (_req, res) => {
      await (await extra.session()).execute(INSERT);
      res.json('done');
    });
    expect((await api.post(path)).status).toBe(200);
    await settled();
    expect(await probe.count('users')).toBe(0);
  });

  test('a route of the app itself that forgets to commit is undone, and warned of by its path', async ({
    api,
    extra,
    subject,
    probe,
    atRest,
  }) => {
    expectWarning(/POST \/users answered 201.*not committed.*await Session\.commit\(\)/);
    const queries = subject.queries as { -readonly [K in keyof Queries]: Queries[K] };
    const { createUser } = queries;
    queries.createUser = async (input) => {
      await (await extra.session()).execute(INSERT);
      return { id: 1, ...input };
    };
    try {
      expect((await api.post('/users', { name: 'ghost', email: 'g@b' })).status).toBe(201);
      await atRest();
    } finally {
      queries.createUser = createUser;
    }
    expect(await probe.count('users')).toBe(0);
    await api.createUser('ghost');
  });

  test('a handler that fails after its commit keeps what was committed', async ({
    api,
    extra,
    subject,
    probe,
  }) => {
    const path = extra.add(async () => {
      await subject.queries.createUser({ name: 'kept', email: 'kept@localhost' });
      throw new Error('afterwards');
    });
    expectProblem(await api.post(path), 500);
    expect((await probe.snapshot()).users).toMatchObject([{ name: 'kept' }]);
  });

  test('a client that leaves in the middle of a query: the connection comes back and nothing is in the database', async ({
    api,
    engine,
    probe,
    settled,
  }) => {
    const release = await probe.hold(INSERT); // the same name, not committed: the app's insert has to wait for it
    const reached = once(engine, 'checkout');
    const request = api.start('POST', '/users', { name: 'ghost', email: 'ghost@localhost' });
    await reached;
    if ((await probe.lockWaits()) === undefined)
      await delay(100); // SQLite does not report who waits
    else await until(async () => (await probe.lockWaits()) === 1);
    expect(engine.status().inUse).toBe(1);
    await request.abort();
    await settled(); // while the other transaction still holds what was waited for
    await release();
    expect(await probe.count('users')).toBe(0);
    await api.createUser('ghost');
  });

  test('a client that leaves between two statements: the transaction is rolled back', async ({
    api,
    extra,
    probe,
    settled,
  }) => {
    const written = deferred();
    const left = deferred<unknown>();
    extra.onTeardown((error) => left.resolve(error));
    const path = extra.add(async (_req, res) => {
      await (await extra.session()).execute(INSERT);
      written.resolve();
      await once(res, 'close');
    });
    const request = api.start('POST', path);
    await written.promise;
    await request.abort();
    expect(await left.promise).toBeInstanceOf(ClientAbortedError);
    await settled();
    expect(await probe.count('users')).toBe(0);
  });

  test('a handler that runs on after its client left is refused, by queries and by its old session', async (fixture) => {
    const { api, extra, subject, probe, measure } = fixture;
    const begun = deferred();
    const outcomes = deferred<unknown[]>();
    const path = extra.add(async (_req, res) => {
      const session = await extra.session();
      begun.resolve();
      await once(res, 'close');
      const late = [
        () => subject.queries.createUser({ name: 'late', email: 'late@localhost' }),
        () => subject.queries.findUser(1),
        () => extra.session(),
        () => session.execute(INSERT),
      ];
      outcomes.resolve(
        await Promise.all(late.map((work) => work().catch((error: unknown) => error))),
      );
      res.json('nobody reads this');
    });
    const { meter } = await measure(async () => {
      const request = api.start('POST', path);
      await begun.promise;
      await request.abort();
      for (const outcome of await outcomes.promise) {
        expect(translateError(outcome)).toBeInstanceOf(ScopeClosedError);
      }
    });
    expect(meter.opened).toBe(1);
    expect(meter.counts.checkin).toBe(meter.counts.checkout);
    expect(await probe.count('users')).toBe(0);
  });

  test('clients that leave by the dozen exhaust nothing', async ({
    api,
    extra,
    engine,
    settled,
  }) => {
    const path = extra.add(async (_req, res) => {
      await extra.session();
      await once(res, 'close');
    });
    for (let round = 0; round < 3; round++) {
      const requests = Array.from({ length: 30 }, () => api.start('GET', path));
      await once(engine, 'checkout');
      await Promise.all(requests.map((request) => request.abort()));
    }
    await settled();
    expect(engine.status()).toMatchObject({ inUse: 0, waiting: 0 });
    await api.createUser('next');
  });
});

/** Runs a request that writes without a commit and then ends as given; gives its teardowns and its connections. */
async function endWith({ api, extra, measure }: Fixture, end: ExtraHandler) {
  const teardowns: unknown[] = [];
  extra.onTeardown((error) => teardowns.push(error));
  const path = extra.add(async (req, res, next) => {
    await (await extra.session()).execute(INSERT);
    await end(req, res, next);
  });
  const { meter } = await measure(() => api.post(path).catch(() => undefined)); // some have no whole answer
  extra.onTeardown(() => undefined);
  return { teardowns, meter };
}
