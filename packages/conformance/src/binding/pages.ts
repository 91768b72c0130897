/** Pages, by number and by key: the same for the classes of every library. */
import { ArgumentError, runInScope } from '@quartet/db-core';
import { NotFoundError, type KeyPage } from '@quartet/db-core/orm';
import type { Item, Named, Subject } from './binding';
import type { Fixture } from './fixture';

export function describePages(fixture: Fixture, subject: Subject): void {
  const messages = () => fixture.Session.query(subject.bound.Message);
  const sorted = () => messages().orderBy('userId').orderBy('-body');

  /** Three authors with messages of equal texts, so that every part of the order has ties. */
  async function fill(): Promise<void> {
    const { Session } = fixture;
    const { bound } = subject;
    const authors = ['a', 'b', 'c'].map((name): Named => bound.user(name, `${name}@x`));
    Session.addAll(authors);
    await Session.flush();
    for (const author of authors)
      for (const body of ['x', 'y', 'x', 'z', 'x']) Session.add(bound.message(author, { body }));
    await Session.commit();
  }

  const selects = (): number => fixture.log.filter((sql) => /^\s*select/i.test(sql)).length;
  const ids = (items: Iterable<Item>): number[] => [...items].map(({ id }) => id);

  test('by number they have every item once, and the total is asked for by a statement of its own', () =>
    runInScope(async () => {
      await fill();
      const all = ids(await messages().orderBy('-id').all());
      fixture.log.length = 0;
      const first = await messages().orderBy('-id').paginate({ perPage: 6 });
      expect(selects()).toBe(2);
      const second = await first.next();
      const last = await second.next();
      expect(selects()).toBe(4);
      expect([first, second, last].flatMap((page) => ids(page))).toEqual(all);
      expect([first.total, first.pages, second.hasNext, last.hasNext]).toEqual([
        15,
        3,
        true,
        false,
      ]);
      const from = await messages().orderBy('-id').paginate({ offset: 4, limit: 3 });
      expect(ids(from)).toEqual(all.slice(4, 7));
    }));

  test('without a count they have every item once, by one statement each, and know whether there is a next one', () =>
    runInScope(async () => {
      await fill();
      const all = ids(await messages().orderBy('-id').all());
      fixture.log.length = 0;
      const first = await messages().orderBy('-id').paginate({ perPage: 5, count: false });
      const second = await first.next();
      const last = await second.next();
      expect(selects()).toBe(3);
      expect([first, second, last].flatMap((page) => ids(page))).toEqual(all);
      expect([first, second, last].map(({ items }) => items.length)).toEqual([5, 5, 5]);
      expect([first.hasNext, second.hasNext, last.hasNext]).toEqual([true, true, false]);
      expect([first.total, first.pages]).toEqual([undefined, 0]);
      await expect(
        messages().orderBy('-id').paginate({ page: 4, perPage: 5, count: false }),
      ).rejects.toThrow('Page 4 is past the end.');
    }));

  test('by key, forwards and back again they have every item once, in the order of the list', () =>
    runInScope(async () => {
      await fill();
      const all = ids(await messages().orderBy('userId').orderBy('-body').orderBy('-id').all());
      const pages: KeyPage<Item>[] = [await sorted().paginateByKey({ perPage: 4 })];
      for (let page = pages[0]; page?.next !== undefined && pages.length < 9; page = pages.at(-1))
        pages.push(await sorted().paginateByKey({ perPage: 4, after: page.next }));
      expect(pages.map(({ items }) => items.length)).toEqual([4, 4, 4, 3]);
      expect(pages.flatMap((page) => ids(page))).toEqual(all);
      expect([pages[0]?.prev, pages.at(-1)?.next]).toEqual([undefined, undefined]);

      const back: number[] = [];
      let page = pages.at(-1) as KeyPage<Item>;
      for (
        back.unshift(...ids(page));
        page.prev !== undefined && back.length < 30;
        back.unshift(...ids(page))
      )
        page = await sorted().paginateByKey({ perPage: 4, before: page.prev });
      expect(back).toEqual(all);
      const again = await sorted().paginateByKey({ perPage: 4, after: page.next });
      expect(ids(again)).toEqual(all.slice(page.items.length, page.items.length + 4));
    }));

  test('what is added or deleted in between moves no other item', () =>
    runInScope(async () => {
      await fill();
      const { Session } = fixture;
      const first = await messages().orderBy('id').paginateByKey({ perPage: 5 });
      const [gone, ...others] = [...first];
      Session.delete(gone as Item);
      Session.add(subject.bound.user('d', 'd@x'));
      await Session.commit();
      const second = await messages()
        .orderBy('id')
        .paginateByKey({ perPage: 5, after: first.next });
      const last = others.at(-1) as Item;
      expect(ids(second)).toEqual([1, 2, 3, 4, 5].map((n) => last.id + n));
    }));

  test('conditions of the query hold on each page', () =>
    runInScope(async () => {
      await fill();
      const xs = () => messages().filterBy({ body: 'x' }).orderBy('-id');
      const first = await xs().paginateByKey({ perPage: 7 });
      const second = await xs().paginateByKey({ perPage: 7, after: first.next });
      expect(ids([...first, ...second])).toEqual(ids(await xs().all()));
      expect(second.next).toBeUndefined();
    }));

  test('a place of another list, and one that nobody has given, is not found', () =>
    runInScope(async () => {
      await fill();
      const { next } = await sorted().paginateByKey({ perPage: 2 });
      const wrong = ['', 'x', 'W10', Buffer.from('["userId,-body,-id",1]').toString('base64url')];
      for (const after of wrong)
        await expect(sorted().paginateByKey({ after })).rejects.toThrow(NotFoundError);
      await expect(messages().orderBy('id').paginateByKey({ after: next })).rejects.toThrow(
        'This is no place in the list.',
      );
      await expect(sorted().paginateByKey({ after: next, before: next })).rejects.toThrow(
        ArgumentError,
      );
      await expect(sorted().paginateByKey({ perPage: 0 })).rejects.toThrow(NotFoundError);
      await expect(sorted().limit(1).paginateByKey()).rejects.toThrow('sets the limit itself');
      await expect(sorted().paginateByKey({ befor: next } as never)).rejects.toThrow("'before'");
    }));
}
