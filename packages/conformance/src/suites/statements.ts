/** What a request costs and what it leaves: statements that do not grow with the rows, commits that are not forgotten. */
import type { Answer } from '../support/client';
import type { Fixture } from '../support/fixture';
import { suite } from '../support/suite';

export const statements = suite('statements', (test) => {
  test('a list costs the same number of statements for one row as for fifty', async (fixture) => {
    const { api, measure, probe } = fixture;
    const lists = [
      '/users?per_page=50',
      '/messages?per_page=50',
      '/messages?per_page=50&tag=t',
      '/stats/top-authors?limit=50',
    ];
    const cost = async (path: string) => {
      const { value, meter } = await measure(() => api.get(path));
      const body = value.json<{ items?: unknown[] } | unknown[]>();
      return {
        rows: (Array.isArray(body) ? body : body.items)?.length,
        statements: meter.counts.query,
      };
    };
    await taggedMessages(fixture, 1);
    const few = [];
    for (const path of lists) few.push(await cost(path));
    await probe.empty();
    await taggedMessages(fixture, 50);
    for (const [i, path] of lists.entries()) {
      expect({ path, ...(await cost(path)) }).toEqual({
        path,
        rows: 50,
        statements: few[i]?.statements,
      });
      expect(few[i]?.rows).toBe(1);
    }
  });

  test("a user's messages cost the same number of statements for one row as for fifty", async ({
    api,
    measure,
    probe,
  }) => {
    const [one, many] = (await probe.addUsers(2)) as [number, number];
    await probe.addMessages(one, 1);
    await probe.addMessages(many, 50);
    const cost = async (id: number) =>
      (await measure(() => api.get(`/users/${id}/messages?per_page=50`))).meter.counts.query;
    expect(await cost(many)).toBe(await cost(one));
  });

  test('a message costs the same number of statements however many tags it has', async ({
    api,
    measure,
  }) => {
    const user = await api.createUser('ana');
    const [few, many] = [
      await api.createMessage(user.id, 'x', ['t1']),
      await api.createMessage(
        user.id,
        'y',
        Array.from({ length: 20 }, (_, i) => `t${i}`),
      ),
    ];
    const cost = async (id: number) =>
      (await measure(() => api.get(`/messages/${id}`))).meter.counts.query;
    expect(await cost(many.id)).toBe(await cost(few.id));
  });

  test('every route that writes commits once, at its end, and leaves nothing to roll back', async ({
    api,
    measure,
  }) => {
    const [a, b] = [await api.createUser('a'), await api.createUser('b')];
    const message = await api.createMessage(a.id, 'x', ['t']);
    const writes: Record<string, () => Promise<Answer>> = {
      'POST /users': () => api.post('/users', { name: 'c', email: 'c@localhost' }),
      'PATCH /users/:id': () => api.patch(`/users/${a.id}`, { name: 'A' }),
      'POST /users/import': () => api.post('/users/import', [{ name: 'd', email: 'd@localhost' }]),
      'POST /users/:id/messages': () =>
        api.post(`/users/${a.id}/messages`, { body: 'y', tags: ['t', 'u'] }),
      'DELETE /messages/:id': () => api.delete(`/messages/${message.id}`),
      'POST /users/:id/merge': () => api.post(`/users/${a.id}/merge`, { into: b.id }),
      'DELETE /users/:id': () => api.delete(`/users/${b.id}`),
      'POST /create/:username/:contact': () => api.post('/create/e/e'),
    };
    for (const [route, write] of Object.entries(writes)) {
      const { value, meter } = await measure(write);
      expect({ route, ok: value.status < 300, commits: meter.counts.commit }).toEqual({
        route,
        ok: true,
        commits: 1,
      });
    }
  });

  test('reading commits nothing', async ({ api, measure, probe }) => {
    const [id] = await probe.addUsers(1);
    await probe.addMessages(id as number, 3);
    const { meter } = await measure(async () => {
      for (const path of [
        '/users',
        `/users/${id}`,
        `/users/${id}/messages`,
        '/messages',
        '/messages/export',
        '/stats/top-authors',
        '/find/user1',
      ]) {
        expect((await api.get(path)).status).toBe(200);
      }
    });
    expect(meter.counts).toMatchObject({ commit: 0 });
    expect(meter.opened).toBe(7);
  });

  test('a write that fails commits nothing', async ({ api, measure }) => {
    const [a] = [await api.createUser('a'), await api.createUser('b')];
    const { meter } = await measure(async () => {
      await api.post('/users', { name: 'a', email: 'x@localhost' });
      await api.patch(`/users/${a.id}`, { name: 'b' });
      await api.post('/create/a/x');
      await api.post('/users/2147483647/messages', { body: 'x' });
      await api.delete('/messages/2147483647');
    });
    expect(meter.statements.length).toBeGreaterThan(0);
    expect(meter.counts.commit).toBeLessThanOrEqual(1); // a DELETE that found nothing may be committed
  });
});

/** `count` messages, each by an author of its own and with the tag 't'. */
async function taggedMessages({ probe }: Fixture, count: number): Promise<void> {
  const ids = await probe.addUsers(count);
  await probe.addMessagesInTurn(ids, count, (n) => `message ${n}`);
  await probe.rows("INSERT INTO tags (name) VALUES ('t')");
  await probe.rows(
    'INSERT INTO message_tags (message_id, tag_id) SELECT m.id, t.id FROM messages m CROSS JOIN tags t',
  );
}
