/** The numbers of a page; the cases are those of the reference's test_pagination.py. */
import type { PageSource, Pagination } from '@quartet/db-core/orm';
import { requestedPage } from '@quartet/db-core/express';
import { NotFoundError, paginate } from '@quartet/db-core/orm';

/** A list of the numbers from 0; `counted` tells how often it was counted. */
function numbers(total: number): PageSource<number> & { counted: number } {
  return {
    counted: 0,
    async items(limit, offset) {
      return Array.from(
        { length: Math.max(0, Math.min(limit, total - offset)) },
        (_, i) => offset + i,
      );
    },
    async count() {
      this.counted++;
      return total;
    },
  };
}

function page(page: number, total = 150): Promise<Pagination<number>> {
  return paginate(numbers(total), { page, perPage: 10 });
}

test('the first page has a next one and none before', async () => {
  expect(await page(1)).toMatchObject({
    page: 1,
    perPage: 10,
    total: 150,
    pages: 15,
    hasPrev: false,
    prevNum: undefined,
    hasNext: true,
    nextNum: 2,
  });
});

test('the last page has one before and no next one', async () => {
  expect(await page(15)).toMatchObject({
    page: 15,
    hasPrev: true,
    prevNum: 14,
    hasNext: false,
    nextNum: undefined,
  });
});

test('items are numbered from 1 on the first page', async () => {
  expect(await page(1)).toMatchObject({ first: 1, last: 10 });
});

test('items are numbered on from the pages before on the last page', async () => {
  expect(await page(15, 145)).toMatchObject({ first: 141, last: 145 });
});

test('an empty list has item numbers 0', async () => {
  expect(await page(1, 0)).toMatchObject({ first: 0, last: 0, items: [] });
});

test.each([{ count: true }, { count: false }])(
  'an empty list, and one that was not counted, has 0 pages ($count)',
  async (options) => {
    expect(await paginate(numbers(0), options)).toMatchObject({
      pages: 0,
      hasPrev: false,
      hasNext: false,
    });
  },
);

test.each([
  [1, [1, 2, 3, 4, 5, null, 14, 15]],
  [2, [1, 2, 3, 4, 5, 6, null, 14, 15]],
  [3, [1, 2, 3, 4, 5, 6, 7, null, 14, 15]],
  [4, [1, 2, 3, 4, 5, 6, 7, 8, null, 14, 15]],
  [5, [1, 2, 3, 4, 5, 6, 7, 8, 9, null, 14, 15]],
  [6, [1, 2, null, 4, 5, 6, 7, 8, 9, 10, null, 14, 15]],
  [7, [1, 2, null, 5, 6, 7, 8, 9, 10, 11, null, 14, 15]],
  [8, [1, 2, null, 6, 7, 8, 9, 10, 11, 12, null, 14, 15]],
  [9, [1, 2, null, 7, 8, 9, 10, 11, 12, 13, 14, 15]],
  [10, [1, 2, null, 8, 9, 10, 11, 12, 13, 14, 15]],
  [11, [1, 2, null, 9, 10, 11, 12, 13, 14, 15]],
  [12, [1, 2, null, 10, 11, 12, 13, 14, 15]],
  [13, [1, 2, null, 11, 12, 13, 14, 15]],
  [14, [1, 2, null, 12, 13, 14, 15]],
  [15, [1, 2, null, 13, 14, 15]],
])('iterPages on page %i of 15 gives both ends, the surroundings and gaps', async (n, expected) => {
  expect([...(await page(n)).iterPages()]).toEqual(expected);
});

test('iterPages of an empty list gives nothing', async () => {
  expect([...(await page(1, 0)).iterPages()]).toEqual([]);
});

test.each([1, 2, 3, 4])('iterPages of a short list gives every page (on page %i)', async (n) => {
  expect([...(await page(n, 40)).iterPages()]).toEqual([1, 2, 3, 4]);
});

test('iterPages takes the widths of its edges', async () => {
  const pages = (await page(8)).iterPages({
    leftEdge: 1,
    leftCurrent: 1,
    rightCurrent: 1,
    rightEdge: 0,
  });
  expect([...pages]).toEqual([1, null, 7, 8, 9, null]);
});

test('iterating a page gives its items', async () => {
  expect([...(await page(2))]).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
});

test('next() and prev() keep the size, the maximum and the total, and do not count again', async () => {
  const source = numbers(400);
  const first = await paginate(source, { perPage: 150, maxPerPage: 200 });
  const second = await first.next();
  const again = await second.prev();
  for (const { perPage, maxPerPage, total } of [second, again])
    expect([perPage, maxPerPage, total]).toEqual([150, 200, 400]);
  expect([second.page, again.page, source.counted]).toEqual([2, 1, 1]);
});

test('next() of the last page is empty, and a 404 with errorOut', async () => {
  const last = await page(15);
  expect((await last.next()).items).toEqual([]);
  await expect(last.next({ errorOut: true })).rejects.toThrow(NotFoundError);
});

test('a page far past the end of any list is a 404 too', async () => {
  await expect(page(Number.MAX_SAFE_INTEGER)).rejects.toThrow(NotFoundError);
  await expect(page(16)).rejects.toThrow('Page 16 is past the end.');
});

test('prev() of the first page is the first page', async () => {
  expect((await (await page(1)).prev()).page).toBe(1);
});

test('the size is 100 at most unless said otherwise', async () => {
  expect((await paginate(numbers(500), { perPage: 300 })).perPage).toBe(100);
  expect((await paginate(numbers(500), { perPage: 300, maxPerPage: Infinity })).perPage).toBe(300);
});

describe('without a count', () => {
  const at = (page: number, total: number): Promise<Pagination<number>> =>
    paginate(numbers(total), { page, perPage: 10, count: false });

  test('the page has its items, and whether there is a next one, but no total', async () => {
    const source = numbers(11);
    const first = await paginate(source, { perPage: 10, count: false });
    expect(first.items).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(first).toMatchObject({
      total: undefined,
      pages: 0,
      hasNext: true,
      nextNum: 2,
      last: 10,
    });
    expect([...first.iterPages()]).toEqual([]);
    const last = await first.next();
    expect(last.items).toEqual([10]);
    expect(last).toMatchObject({ total: undefined, hasNext: false, nextNum: undefined });
    expect(await last.prev()).toMatchObject({ page: 1, hasNext: true });
    expect(source.counted).toBe(0);
  });

  test('a list that ends with its page has no next one', async () => {
    expect(await at(1, 10)).toMatchObject({ hasNext: false });
    expect(await at(2, 20)).toMatchObject({ hasNext: false, hasPrev: true });
    await expect(at(2, 10)).rejects.toThrow('Page 2 is past the end.');
  });

  test('the one item more is not part of the size', async () => {
    const page = await paginate(numbers(500), { perPage: 300, count: false });
    expect([page.items.length, page.perPage, page.hasNext]).toEqual([100, 100, true]);
    const rest = await paginate(numbers(5), { limit: 2, offset: 3, count: false });
    expect([rest.items, rest.hasNext]).toEqual([[3, 4], false]);
  });
});

function asked(
  query: Record<string, unknown>,
  options?: Parameters<typeof paginate>[1],
): Promise<Pagination<number>> {
  return paginate(numbers(250), { ...requestedPage(query), ...options });
}

test('page and size come from the query string of the request', async () => {
  expect(await asked({ page: '2', per_page: '10' })).toMatchObject({ page: 2, perPage: 10 });
  expect(await asked({ page: ['3', '4'] })).toMatchObject({ page: 3, perPage: 20 });
});

test('what the call says wins over the request', async () => {
  expect(await asked({ page: '2', per_page: '10' }, { page: 5, perPage: 30 })).toMatchObject({
    page: 5,
    perPage: 30,
  });
});

test.each([
  { page: 'abc' },
  { per_page: 'abc' },
  { page: '0' },
  { per_page: '-1' },
  { page: '1e3' },
  { page: '0x10' },
  { page: '9007199254740993' },
  { page: '' },
  { page: { a: '1' } },
])('a page or size that is no number of at least 1 is a 404: %p', async (query) => {
  await expect(asked(query)).rejects.toMatchObject({ name: 'NotFoundError', status: 404 });
});

test('without errorOut the defaults stand in', async () => {
  const options = { errorOut: false };
  expect(await asked({ page: 'abc', per_page: 'abc' }, options)).toMatchObject({
    page: 1,
    perPage: 20,
  });
  expect(await asked({ page: '0', per_page: '-1' }, options)).toMatchObject({
    page: 1,
    perPage: 20,
  });
  expect(await asked({ page: '99' }, options)).toMatchObject({ page: 99, items: [] });
});

describe('by limit and offset', () => {
  const at = (offset: number, limit?: number, total = 25): Promise<Pagination<number>> =>
    paginate(numbers(total), { offset, limit });

  test('the items, the total and the page in which they begin', async () => {
    const found = await at(5, 10);
    expect(found.items).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(found).toMatchObject({ offset: 5, perPage: 10, page: 1, pages: 3, total: 25 });
    expect([found.first, found.last, found.hasPrev, found.hasNext]).toEqual([6, 15, true, true]);
    expect(await at(20, 10)).toMatchObject({ page: 3, hasNext: false, first: 21, last: 25 });
  });

  test('next and prev move by as many', async () => {
    const next = await (await at(5, 10)).next();
    expect([next.offset, next.items[0], next.hasNext]).toEqual([15, 15, false]);
    const first = await (await at(5, 10)).prev({ errorOut: true });
    expect([first.offset, first.items.length, first.hasPrev]).toEqual([0, 10, false]);
    await expect(first.prev({ errorOut: true })).rejects.toThrow(NotFoundError);
  });

  test('one of the two will do, and the size has its limit', async () => {
    expect(await paginate(numbers(300), { limit: 3 })).toMatchObject({ offset: 0, perPage: 3 });
    expect(await at(3)).toMatchObject({ offset: 3, perPage: 20 });
    expect(await at(0, 1_000, 300)).toMatchObject({ perPage: 100, maxPerPage: 100 });
  });

  test.each([
    { offset: -1 },
    { offset: 1.5 },
    { offset: NaN },
    { limit: 0 },
    { limit: NaN },
    { limit: 10, offset: 25 },
  ])('%p is not found, or with errorOut: false the default', async (asked) => {
    await expect(paginate(numbers(25), asked)).rejects.toThrow(NotFoundError);
    const found = await paginate(numbers(25), { ...asked, errorOut: false });
    expect([found.offset, found.perPage]).toEqual(asked.offset === 25 ? [25, 10] : [0, 20]);
  });

  test('a page beside them is refused', async () => {
    await expect(paginate(numbers(25), { page: 2, limit: 5 })).rejects.toThrow(/not some of each/);
  });

  test('what is past the end is named as it was asked for, also by next()', async () => {
    await expect(at(3, 10, 0)).rejects.toThrow('Offset 3 is past the end.');
    await expect(at(30, 10)).rejects.toThrow('Offset 30 is past the end.');
    const turn = async (offset: number) =>
      await (await at(offset, 10)).next({ errorOut: true }).catch((error: Error) => error.message);
    expect([await turn(18), await turn(20)]).toEqual([
      'Offset 28 is past the end.',
      'Page 4 is past the end.',
    ]);
  });
});
