import { createApp } from '../../src/recipes/pagination';
import { onEachEngine } from './support';

onEachEngine(createApp, (stage) => {
  const add = (...titles: number[]) =>
    stage.engine.execute(
      `insert into articles (title) values ${titles.map((title) => `('${title}')`).join(', ')}`,
    );
  interface Page {
    readonly items: readonly { readonly id: number }[];
    readonly total?: number;
    readonly next?: string;
  }
  const ids = async (path: string): Promise<[ids: number[], more: Omit<Page, 'items'>]> => {
    const { items, ...more } = (await stage.ask<Page>('GET', path)).body;
    return [items.map(({ id }) => id), more];
  };
  const after = (next = '') => ids(`/feed?after=${encodeURIComponent(next)}`);
  beforeAll(() => add(1, 2, 3, 4, 5));

  test('a row that is added between two pages by offset makes one come twice, and by key none', async () => {
    expect(await ids('/articles?limit=2')).toEqual([[5, 4], { total: 5 }]);
    const [first, { next }] = await ids('/feed');
    expect(first).toEqual([5, 4]);

    await add(6);
    expect(await ids('/articles?limit=2&offset=2')).toEqual([[4, 3], { total: 6 }]); // 4 again
    const [second] = await after(next);
    expect(second).toEqual([3, 2]);
  });

  test('a row that is deleted between them makes one be passed over, and by key none', async () => {
    const [, { next }] = await ids('/feed'); // 6, 5
    await stage.engine.execute('delete from articles where id = 6');
    expect((await ids('/articles?limit=2&offset=2'))[0]).toEqual([3, 2]); // 4 never came
    const [second, last] = await after(next);
    expect(second).toEqual([4, 3]);
    expect((await after(last.next))[1].next).toBeUndefined();
  });

  test('what is no number is answered with 404, and nobody gets more than a hundred', async () => {
    await add(...Array.from({ length: 120 }, (_, i) => i + 7));
    expect((await stage.ask('GET', '/articles?limit=many')).status).toBe(404);
    expect((await stage.ask('GET', '/articles?limit=2&offset=-1')).status).toBe(404);
    expect((await stage.ask('GET', '/feed?after=nonsense')).status).toBe(404);
    expect((await ids('/articles?limit=1000'))[0]).toHaveLength(100);
  });
});
