/**
 * Two hundred requests at once, half of them writing with a real timer in the middle of the transaction:
 * without one, a synchronous driver hides every mistake of interleaving.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, PageBody, UserBody } from '../support/client';
import type { Fixture } from '../support/fixture';
import { suite } from '../support/suite';

/** A driver that blocks the event loop holds it for as long as it waits for a lock: 5 s. */
const LONGEST_HOLD_MS = 4_000;
const NANOSECONDS = 1e6;

export const concurrency = suite('concurrency', (test) => {
  test('two hundred requests at once, half of them writing: no error, no foreign row, an event loop that turns', async (fixture) => {
    await fixture.probe.addUsers(20);
    const write = writer(fixture);
    const histogram = monitorEventLoopDelay({ resolution: 5 });
    histogram.enable();
    const requests = Array.from({ length: 200 }, (_, i) => (i % 2 ? read(fixture, i) : write(i)));
    const answers = await Promise.all(requests);
    histogram.disable();
    expect(
      answers.filter(({ status }) => status >= 400).map(({ status, text }) => [status, text]),
    ).toEqual([]);
    await fixture.settled();
    await expectOnlyCommitted(fixture, 100);
    expect(histogram.max / NANOSECONDS).toBeLessThan(LONGEST_HOLD_MS);
  }, 60_000);

  test('more writers than connections wait for their turn and all succeed', async (fixture) => {
    const { api, engine, probe } = fixture;
    const count = engine.status().max * 5;
    const answers = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        api.post('/users', { name: `n${i}`, email: `n${i}@b` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(await probe.count('users')).toBe(count);
    expect(engine.status().size).toBeLessThanOrEqual(engine.status().max);
  });

  test('of many requests that want the same name one gets it, the others are told of the conflict', async ({
    api,
    probe,
  }) => {
    const ask = (i: number) => api.post('/users', { name: 'one', email: `${i}@localhost` });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(i)));
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(await probe.count('users')).toBe(1);
  });
});

/** A read: half of them a list, half the article's. */
async function read({ api }: Fixture, i: number): Promise<Answer> {
  if (i % 4 === 1) return await api.get('/messages?per_page=5');
  const answer = await api.get('/users?per_page=20');
  // The readers never see half a transaction: the twenty of the start are always the first page.
  expect(answer.json<PageBody<UserBody>>().items.map(({ name }) => name)).toContain('user1');
  return answer;
}

/**
 * A write in one transaction with pauses: a user, a pause, two messages, a pause, then commit; every
 * fourth rolls back instead. Within it the request sees exactly its own rows.
 */
function writer({ api, extra }: Fixture): (i: number) => Promise<Answer> {
  const path = extra.add(async (req, res) => {
    const i = Number(req.query['i']);
    const name = `writer${i}`;
    const session = await extra.session();
    await session.execute('INSERT INTO users (name, email) VALUES (?, ?)', [
      name,
      `${name}@localhost`,
    ]);
    await delay(1 + (i % 7));
    for (const part of ['a', 'b']) {
      await session.execute(
        'INSERT INTO messages (user_id, body) SELECT id, ? FROM users WHERE name = ?',
        [`${name}${part}`, name],
      );
    }
    await delay(1 + (i % 5));
    const own = await session.execute('SELECT count(*) FROM messages WHERE body LIKE ?', [
      `${name}_`,
    ]);
    const users = await session.execute("SELECT count(*) FROM users WHERE name LIKE 'writer%'");
    if (i % 8 === 0) await session.rollback();
    else await session.commit();
    res.json({ own: Number(own.scalar()), users: Number(users.scalar()) });
  });
  return async (i) => {
    const answer = await api.post(`${path}?i=${i}`);
    expect(answer.json()).toMatchObject({ own: 2 });
    return answer;
  };
}

async function expectOnlyCommitted({ probe }: Fixture, writers: number): Promise<void> {
  const committed = Array.from({ length: writers }, (_, i) => i * 2).filter((i) => i % 8 !== 0);
  const names = (await probe.rows("SELECT name FROM users WHERE name LIKE 'writer%'")).map(
    ({ name }) => String(name),
  );
  expect(names.sort()).toEqual(committed.map((i) => `writer${i}`).sort());
  const bodies = (await probe.rows('SELECT body FROM messages')).map(({ body }) => String(body));
  expect(bodies.sort()).toEqual(committed.flatMap((i) => [`writer${i}a`, `writer${i}b`]).sort());
  const foreign = await probe.rows(
    "SELECT count(*) AS n FROM messages m JOIN users u ON u.id = m.user_id WHERE m.body NOT IN (concat(u.name, 'a'), concat(u.name, 'b'))",
  );
  expect(foreign).toEqual([{ n: 0 }]);
}
