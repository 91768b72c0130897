/** The rules of every list: page, size, total, and what lies past the end. */
import type { PageBody, UserBody } from '../support/client';
import { expectProblem } from '../support/client';
import { suite } from '../support/suite';

const LISTS = ['/users', '/messages', '/messages?tag=none', '/users/:id/messages'];

export const pagination = suite('pagination', (test) => {
  test('a page has its slice, and tells its number, size, total and pages', async ({
    api,
    probe,
  }) => {
    await probe.addUsers(45);
    const names = async (query: string) => {
      const page = (await api.get(`/users?${query}`)).json<PageBody<UserBody>>();
      return [page.items.map(({ name }) => name), page.page, page.per_page, page.total, page.pages];
    };
    const range = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => `user${from + i}`);
    expect(await names('')).toEqual([range(1, 20), 1, 20, 45, 3]);
    expect(await names('page=3')).toEqual([range(41, 45), 3, 20, 45, 3]);
    expect(await names('page=2&per_page=7')).toEqual([range(8, 14), 2, 7, 45, 7]);
    expect(await names('per_page=100')).toEqual([range(1, 45), 1, 100, 45, 1]);
    expect(await names('page=5&per_page=9')).toEqual([range(37, 45), 5, 9, 45, 5]);
  });

  test('Link headers lead to the other pages and keep the other parameters', async ({
    api,
    probe,
  }) => {
    await probe.addUsers(45);
    const links = async (query: string) => (await api.get(`/users${query}`)).headers.get('link');
    const link = (page: number, rel: string) => `</users?per_page=20&page=${page}>; rel="${rel}"`;
    expect(await links('?per_page=20')).toBe(`${link(2, 'next')}, ${link(3, 'last')}`);
    expect(await links('?per_page=20&page=2')).toBe(
      [link(1, 'first'), link(1, 'prev'), link(3, 'next'), link(3, 'last')].join(', '),
    );
    expect(await links('?per_page=20&page=3')).toBe(`${link(1, 'first')}, ${link(2, 'prev')}`);
    expect(await links('?per_page=100')).toBeNull();
  });

  test('every row of a list is on exactly one page', async ({ api, probe }) => {
    const [id] = await probe.addUsers(1);
    await probe.addMessages(id as number, 53);
    for (const path of ['/messages', `/users/${id}/messages`]) {
      const seen: number[] = [];
      for (let page = 1; page <= 6; page++) {
        const { items } = (await api.get(`${path}?page=${page}&per_page=10`)).json<
          PageBody<{ id: number }>
        >();
        seen.push(...items.map((message) => message.id));
      }
      expect(seen).toHaveLength(53);
      expect(seen).toEqual([...seen].sort((a, b) => b - a));
    }
  });

  test('an empty list has an empty first page and no other', async ({ api, probe }) => {
    const [id] = await probe.addUsers(1);
    for (const list of LISTS.slice(1)) {
      const path = list.replace(':id', String(id));
      const and = path.includes('?') ? '&' : '?';
      expect((await api.get(path)).json()).toEqual({
        items: [],
        page: 1,
        per_page: 20,
        total: 0,
        pages: 0,
      });
      expectProblem(await api.get(`${path}${and}page=2`), 404);
    }
  });

  test('a page past the end is 404, however far', async ({ api, probe }) => {
    await probe.addUsers(20);
    for (const page of ['2', '1000000', '2147483647', '9007199254740993', '1'.repeat(300)]) {
      expectProblem(await api.get(`/users?page=${page}`), 404);
    }
  });

  test('a page or size that is no positive number is 400, and so is a size above 100', async ({
    api,
    probe,
  }) => {
    const [id] = await probe.addUsers(1);
    const wrong = [
      'page=0',
      'page=-1',
      'page=x',
      'page=1.5',
      'page=1e3',
      'page=0x10',
      'page=',
      'page=1&page=2',
      'page=1%20',
    ];
    const sizes = ['per_page=0', 'per_page=101', 'per_page=-5', 'per_page=ten', 'per_page='];
    for (const list of LISTS) {
      for (const query of [...wrong, ...sizes]) {
        const path = list.replace(':id', String(id));
        const problem = expectProblem(
          await api.get(`${path}${path.includes('?') ? '&' : '?'}${query}`),
          400,
        );
        expect(problem.errors?.map(({ field }) => field)).toEqual([query.split('=')[0]]);
      }
    }
  });
});
