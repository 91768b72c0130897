/** Tags: get or create, and the filter of `/messages`. */
import type { MessageBody, PageBody } from '../support/client';
import { suite } from '../support/suite';

export const tags = suite('tags', (test) => {
  test('a tag is created once and used again', async ({ api, probe }) => {
    const user = await api.createUser('ana');
    await api.createMessage(user.id, 'one', ['news', 'sql']);
    await api.createMessage(user.id, 'two', ['sql', 'new']);
    const names = (await probe.snapshot()).tags.map(({ name }) => String(name));
    expect(names.sort()).toEqual(['new', 'news', 'sql']);
    expect(await probe.count('message_tags')).toBe(4);
  });

  test('a tag that a message names twice is linked once', async ({ api, probe }) => {
    const user = await api.createUser('ana');
    expect((await api.createMessage(user.id, 'x', ['a', 'b', 'a'])).tags).toEqual(['a', 'b']);
    expect(await probe.count('message_tags')).toBe(2);
  });

  test('tags are answered in the same order everywhere: by code unit', async ({ api }) => {
    const user = await api.createUser('ana');
    const { tags: answered } = await api.createMessage(user.id, 'x', [
      'é',
      'z',
      'Z',
      'a',
      '_',
      '10',
      '9',
    ]);
    expect(answered).toEqual(['10', '9', 'Z', '_', 'a', 'z', 'é']);
  });

  test('tags that differ in case are different tags', async ({ api, probe }) => {
    const user = await api.createUser('ana');
    expect((await api.createMessage(user.id, 'x', ['SQL', 'sql', 'Sql'])).tags).toEqual([
      'SQL',
      'Sql',
      'sql',
    ]);
    expect(await probe.count('tags')).toBe(3);
  });

  test('the list can be narrowed to a tag, with its own total and pages', async ({ api }) => {
    const user = await api.createUser('ana');
    for (let i = 1; i <= 5; i++)
      await api.createMessage(user.id, `message ${i}`, i % 2 ? ['odd', 'all'] : ['all']);
    const odd = (await api.get('/messages?tag=odd&per_page=2')).json<PageBody<MessageBody>>();
    expect(odd.items.map(({ body }) => body)).toEqual(['message 5', 'message 3']);
    expect(odd).toMatchObject({ page: 1, per_page: 2, total: 3, pages: 2 });
    expect(odd.items[0]?.author).toEqual({ id: user.id, name: 'ana' });
    const rest = (await api.get('/messages?tag=odd&per_page=2&page=2')).json<
      PageBody<MessageBody>
    >();
    expect(rest.items.map(({ body }) => body)).toEqual(['message 1']);
  });

  test('an unknown tag, or one in another case, narrows the list to nothing', async ({ api }) => {
    const user = await api.createUser('ana');
    await api.createMessage(user.id, 'x', ['sql']);
    for (const tag of ['SQL', 'sq', 'sql%', "x' OR '1'='1"]) {
      const page = (await api.get(`/messages?tag=${encodeURIComponent(tag)}`)).json();
      expect(page).toMatchObject({ items: [], total: 0, pages: 0 });
    }
  });

  test('many requests that bring the same new tags at the same moment all succeed', async ({
    api,
    probe,
  }) => {
    const user = await api.createUser('ana');
    const bring = (i: number) =>
      api.createMessage(user.id, `m${i}`, i % 2 ? ['x', 'y', 'z'] : ['z', 'y', 'x']);
    const created = await Promise.all(Array.from({ length: 20 }, (_, i) => bring(i)));
    for (const message of created) expect(message.tags).toEqual(['x', 'y', 'z']);
    expect([await probe.count('tags'), await probe.count('message_tags')]).toEqual([3, 60]);
  });
});
