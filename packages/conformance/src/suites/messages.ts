/** `/messages` and `/users/:id/messages`. */
import type { MessageBody, PageBody } from '../support/client';
import { expectProblem } from '../support/client';
import { suite } from '../support/suite';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export const messages = suite('messages', (test) => {
  test('a new message is answered with its author, tags and instant, and is in the database', async ({
    api,
    probe,
  }) => {
    const user = await api.createUser('ana');
    const before = Date.now();
    const answer = await api.post(`/users/${user.id}/messages`, {
      body: 'Hello!',
      tags: ['b', 'a'],
    });
    expect(answer.status).toBe(201);
    const message = answer.json<MessageBody>();
    expect(message).toEqual({
      id: expect.any(Number) as number,
      body: 'Hello!',
      created_at: expect.stringMatching(INSTANT) as string,
      author: { id: user.id, name: 'ana' },
      tags: ['a', 'b'],
    });
    expect(answer.headers.get('location')).toBe(`/messages/${message.id}`);
    // The database's clock may tick otherwise than ours, but not by a time zone.
    expect(Math.abs(Date.parse(message.created_at) - before)).toBeLessThan(60_000);
    expect(await probe.createdAt(message.id)).toEqual(new Date(message.created_at));
    expect(await probe.rows('SELECT user_id, body FROM messages')).toEqual([
      { user_id: user.id, body: 'Hello!' },
    ]);
    expect((await api.get(`/messages/${message.id}`)).json()).toEqual(message);
  });

  test('a message needs no tags', async ({ api }) => {
    const user = await api.createUser('ana');
    expect((await api.createMessage(user.id, 'x')).tags).toEqual([]);
    expect((await api.createMessage(user.id, 'y', [])).tags).toEqual([]);
  });

  test('messages are listed newest first, each with its author', async ({ api }) => {
    const [ana, bob] = [await api.createUser('ana'), await api.createUser('bob')];
    const first = await api.createMessage(ana.id, 'first', ['t']);
    const second = await api.createMessage(bob.id, 'second');
    const page = (await api.get('/messages')).json<PageBody<MessageBody>>();
    const { tags: _first, ...one } = first;
    const { tags: _second, ...two } = second;
    expect(page).toEqual({ items: [two, one], page: 1, per_page: 20, total: 2, pages: 1 });
    const own = (await api.get(`/users/${ana.id}/messages`)).json<PageBody<MessageBody>>();
    expect(own).toEqual({ items: [one], page: 1, per_page: 20, total: 1, pages: 1 });
  });

  test('a user without messages has an empty page; an unknown one has none', async ({ api }) => {
    const user = await api.createUser('ana');
    const page = (await api.get(`/users/${user.id}/messages`)).json();
    expect(page).toEqual({ items: [], page: 1, per_page: 20, total: 0, pages: 0 });
    expectProblem(await api.get('/users/2147483647/messages'), 404);
  });

  test('a message of an unknown user is 404 and writes neither message nor tags', async ({
    api,
    probe,
  }) => {
    const before = await probe.snapshot();
    expectProblem(await api.post('/users/2147483647/messages', { body: 'x', tags: ['new'] }), 404);
    expect(await probe.snapshot()).toEqual(before);
  });

  test('text comes back as it was sent: lines, quotes, emoji, ten thousand characters', async ({
    api,
    probe,
  }) => {
    const user = await api.createUser('ana');
    const texts = [
      'a\nb\r\nc\t',
      `'"\\\``,
      '👩‍👩‍👧 é é ﷽',
      "'; DELETE FROM messages; --",
      '😀'.repeat(10_000),
      ' ',
    ];
    for (const body of texts) {
      const { id } = await api.createMessage(user.id, body);
      expect((await api.get(`/messages/${id}`)).json<MessageBody>().body).toBe(body);
    }
    const stored = await probe.rows('SELECT body FROM messages ORDER BY id');
    expect(stored.map(({ body }) => body)).toEqual(texts);
  });

  test('a deleted message is gone with its tag links; the tags stay', async ({ api, probe }) => {
    const user = await api.createUser('ana');
    const message = await api.createMessage(user.id, 'x', ['a', 'b']);
    expect((await api.delete(`/messages/${message.id}`)).status).toBe(204);
    expectProblem(await api.get(`/messages/${message.id}`), 404);
    expectProblem(await api.delete(`/messages/${message.id}`), 404);
    const { users, messages: left, tags, message_tags: links } = await probe.snapshot();
    expect([users.length, left.length, tags.length, links.length]).toEqual([1, 0, 2, 0]);
  });

  test('an instant that somebody else stored is answered as the same instant', async ({
    api,
    probe,
  }) => {
    const [id] = await probe.addUsers(1);
    const instants = [
      '2024-02-29T23:59:59.999Z',
      '2024-07-01T00:00:00.000Z',
      '1999-12-31T12:00:00.007Z',
    ];
    for (const instant of instants) {
      const message = await probe.addMessageAt(id as number, 'x', new Date(instant));
      expect((await api.get(`/messages/${message}`)).json<MessageBody>().created_at).toBe(instant);
    }
    const listed = (await api.get('/messages')).json<PageBody<MessageBody>>();
    expect(listed.items.map((message) => message.created_at)).toEqual([...instants].reverse());
  });

  test("the database's own default for the instant is UTC, whatever the writer's time zone", async ({
    api,
    probe,
  }) => {
    const [id] = await probe.addUsers(1);
    await probe.addMessages(id as number, 1);
    const { items } = (await api.get('/messages')).json<PageBody<MessageBody>>();
    expect(Math.abs(Date.parse(items[0]?.created_at ?? '') - Date.now())).toBeLessThan(60_000);
  });

  test('instants are stored in one format, whoever writes them, so that they sort as time does', async ({
    api,
    probe,
  }) => {
    const user = await api.createUser('ana');
    await api.createMessage(user.id, 'by the app');
    await probe.addMessages(user.id, 1);
    const stored = await probe.rows('SELECT created_at FROM messages ORDER BY id');
    // Text is sorted as it stands. A server sorts instants, and PostgreSQL writes no fraction that is zero.
    const shapes = stored.map((row) => {
      const shape = String(row['created_at']).replace(/\d/g, '0');
      return shape.includes('T') ? shape : shape.replace(/\.0+/, '');
    });
    expect(new Set(shapes).size).toBe(1);
  });
});
