/** `GET /stats/top-authors`. */
import { expectProblem } from '../support/client';
import { suite } from '../support/suite';

interface TopAuthorBody {
  readonly author: { readonly id: number; readonly name: string };
  readonly messages: number;
  readonly last_message_at: string;
}

export const stats = suite('stats', (test) => {
  test('authors come by number of messages, then by id, with their last instant', async ({
    api,
    probe,
  }) => {
    const [a, b, c] = (await probe.addUsers(4)) as [number, number, number, number];
    const at = (day: number) => new Date(Date.UTC(2026, 0, day, 12, 0, 0, 5));
    for (const [user, day] of [
      [b, 3],
      [b, 9],
      [c, 1],
      [a, 2],
      [c, 4],
      [b, 5],
    ] as const) {
      await probe.addMessageAt(user, 'x', at(day));
    }
    expect((await api.get('/stats/top-authors')).json()).toEqual([
      { author: { id: b, name: 'user2' }, messages: 3, last_message_at: at(9).toISOString() },
      { author: { id: c, name: 'user3' }, messages: 2, last_message_at: at(4).toISOString() },
      { author: { id: a, name: 'user1' }, messages: 1, last_message_at: at(2).toISOString() },
    ]);
  });

  test('of authors with as many messages the smaller id comes first', async ({ api, probe }) => {
    const ids = await probe.addUsers(5);
    for (const id of [...ids].reverse()) await probe.addMessages(id, 2);
    const top = (await api.get('/stats/top-authors')).json<TopAuthorBody[]>();
    expect(top.map(({ author }) => author.id)).toEqual(ids);
  });

  test('there are ten at most, or as many as asked for', async ({ api, probe }) => {
    for (const id of await probe.addUsers(12)) await probe.addMessages(id, 1);
    const count = async (query: string) =>
      (await api.get(`/stats/top-authors${query}`)).json<unknown[]>().length;
    expect([await count(''), await count('?limit=3'), await count('?limit=100')]).toEqual([
      10, 3, 12,
    ]);
  });

  test('without messages there is nobody', async ({ api, probe }) => {
    await probe.addUsers(3);
    expect((await api.get('/stats/top-authors')).json()).toEqual([]);
  });

  test('a limit that is no number from 1 to 100 is 400', async ({ api }) => {
    for (const limit of ['0', '-1', '101', 'x', '1e1', '']) {
      expectProblem(await api.get(`/stats/top-authors?limit=${limit}`), 400);
    }
  });
});
