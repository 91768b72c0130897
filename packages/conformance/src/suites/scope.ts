/** One session per request: opened by need, the same throughout, another in the next, never two, never left. */
import { currentScope, ScopeClosedError, translateError } from '@quartet/db-core';
import type { Session } from '@quartet/db-core';
import type { UserBody } from '../support/client';
import { deferred } from '../support/deferred';
import { suite } from '../support/suite';

export const scope = suite('scope', (test) => {
  test('within one request the session is the same, whoever asks for it', async ({
    api,
    extra,
    subject,
  }) => {
    const path = extra.add(async (_req, res) => {
      const first = await extra.session();
      await subject.queries.listMessages({ page: 1, perPage: 20 }, {});
      const [second, third] = await Promise.all([extra.session(), extra.session()]);
      res.json([first === second, first === third, currentScope()?.resources.length]);
    });
    expect((await api.get(path)).json()).toEqual([true, true, 1]);
  });

  test('in the next request it is another', async ({ api, extra }) => {
    const seen = new Set<Session>();
    const path = extra.add(async (_req, res) => {
      seen.add(await extra.session());
      res.end();
    });
    for (let i = 0; i < 3; i++) await api.get(path);
    expect(seen.size).toBe(3);
  });

  test('requests that overlap have a session each and keep it', async ({ api, extra }) => {
    const seen: Session[] = [];
    const bothAreThere = deferred();
    const path = extra.add(async (_req, res) => {
      const mine = await extra.session();
      if (seen.push(mine) === 2) bothAreThere.resolve();
      await bothAreThere.promise;
      res.json((await extra.session()) === mine);
    });
    const answers = await Promise.all([api.get(path), api.get(path)]);
    expect(answers.map((answer) => answer.json())).toEqual([true, true]);
    expect(seen[0]).not.toBe(seen[1]);
  });

  test('what one request has not committed no other request sees', async ({ api, extra }) => {
    const written = deferred();
    const looked = deferred();
    const writer = extra.add(async (_req, res) => {
      const session = await extra.session();
      await session.execute("INSERT INTO users (name, email) VALUES ('ghost', 'ghost@localhost')");
      written.resolve();
      await looked.promise;
      await session.rollback();
      res.end();
    });
    const writing = api.post(writer);
    await written.promise;
    expect((await api.get('/users')).json()).toMatchObject({ items: [], total: 0 });
    expect((await api.get('/find/ghost')).text).toBe('Not found');
    looked.resolve();
    await writing;
  });

  test('the style’s own queries take part in the session’s transaction', async ({
    api,
    extra,
    subject,
    probe,
  }) => {
    const path = extra.add(async (_req, res) => {
      const session = await extra.session();
      await session.execute("INSERT INTO users (name, email) VALUES ('mine', 'mine@localhost')");
      const seen = await subject.queries.findAccount('mine');
      await session.rollback();
      res.json([seen?.name, await subject.queries.findAccount('mine')]);
    });
    expect((await api.post(path)).json()).toEqual(['mine', null]);
    expect(await probe.count('users')).toBe(0);
  });

  test('what the session wrote is committed with what the queries write', async ({
    api,
    extra,
    subject,
    probe,
  }) => {
    const path = extra.add(async (_req, res) => {
      const session = await extra.session();
      await session.execute("INSERT INTO users (name, email) VALUES ('first', 'first@localhost')");
      await subject.queries.createUser({ name: 'second', email: 'second@localhost' });
      await session.rollback(); // too late to undo either
      res.end();
    });
    await api.post(path);
    expect((await probe.snapshot()).users.map(({ name }) => name)).toEqual(['first', 'second']);
  });

  test('a request that touches no data opens no session and takes no connection', async ({
    api,
    measure,
  }) => {
    const { meter } = await measure(async () => {
      for (const path of [
        '/',
        '/healthz',
        '/metrics',
        '/openapi.json',
        '/docs',
        '/nowhere',
        '/users/0',
        '/users?page=0',
      ])
        await api.get(path);
      await api.post('/users', { name: '' });
      await api.sendRaw('POST', '/users', '{');
      await api.send('PUT', '/users');
      await api.send('OPTIONS', '/users');
      await api.send('HEAD', '/messages/export');
    });
    expect(meter.counts).toMatchObject({ checkout: 0, query: 0, begin: 0 });
    expect(meter.opened).toBe(0);
  });

  test('a request that reads opens one session and gives every connection back', async ({
    api,
    measure,
    probe,
  }) => {
    await probe.addUsers(3);
    const { meter } = await measure(() => api.get('/users'));
    expect(meter.opened).toBe(1);
    expect(meter.sessions.size).toBe(1);
    expect(meter.counts.checkout).toBeGreaterThan(0);
    expect(meter.counts.checkin).toBe(meter.counts.checkout);
  });

  test('the probe of readiness opens no session', async ({ api, measure }) => {
    const { value, meter } = await measure(() => api.get('/readyz'));
    expect([value.status, meter.opened]).toEqual([200, 0]);
    expect(meter.counts.checkin).toBe(meter.counts.checkout);
  });

  test('work that outlives its request is refused a session', async ({
    api,
    extra,
    subject,
    settled,
    measure,
    probe,
  }) => {
    const answered = deferred();
    const late = deferred<unknown>();
    const path = extra.add(async (_req, res) => {
      await extra.session();
      res.once('close', () => answered.resolve());
      void (async () => {
        await answered.promise;
        await settled();
        return await subject.queries.createUser({ name: 'late', email: 'late@localhost' });
      })().then(late.resolve, late.resolve);
      res.end();
    });
    const { meter } = await measure(async () => {
      await api.post(path);
      expect(translateError(await late.promise)).toBeInstanceOf(ScopeClosedError);
    });
    expect(meter.opened).toBe(1);
    expect(await probe.count('users')).toBe(0);
  });

  test('a hundred requests leave no connection out and no session behind', async ({
    api,
    measure,
    engine,
    probe,
  }) => {
    const [id] = await probe.addUsers(1);
    const { value, meter } = await measure(() =>
      Promise.all(Array.from({ length: 100 }, () => api.get(`/users/${id}`))),
    );
    expect(new Set(value.map((answer) => answer.json<UserBody>().name))).toEqual(
      new Set(['user1']),
    );
    expect(meter.opened).toBe(100);
    expect(meter.counts.checkin).toBe(meter.counts.checkout);
    expect(engine.status().inUse).toBe(0);
    expect(engine.status().size).toBeLessThanOrEqual(engine.status().max);
  });
});
