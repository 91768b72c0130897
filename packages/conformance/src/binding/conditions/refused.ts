/** A condition that is none is refused by every call, before anything is sent. */
import { ArgumentError, InvalidRequestError, runInScope } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import { and, columns, not, or } from '@quartet/db-core/orm';
import type { Named, Subject } from '../binding';
import type { Fixture } from '../fixture';
import type { Wrong } from './wrong';
import { EMPTY, WRONG_VALUES, wrongConditions } from './wrong';

type Ask = (query: Query<Named>) => Promise<unknown>;

export function describeRefused(fixture: Fixture, subject: Subject): void {
  const query = (): Query<Named> => fixture.Session.query(subject.bound.User);

  /** What is not refused, or not in the right words, and what was sent. */
  async function notRefused(given: object, call: (value: never) => Ask): Promise<unknown[]> {
    const taken: unknown[] = [];
    for (const [label, value] of Object.entries(given)) {
      fixture.log.length = 0;
      const outcome: unknown = await runInScope(
        async () => await call(value as never)(query()),
      ).catch((error: unknown) => error);
      const isRefused =
        outcome instanceof ArgumentError && outcome.message.includes(subject.bound.User.name);
      if (!isRefused || fixture.log.some((sql) => /\busers\b.*\bwhere\b/i.test(sql)))
        taken.push([label, outcome]);
    }
    return taken;
  }

  const filters: Record<string, (value: never) => Ask> = {
    all: (value) => (q) => q.filter(value).all(),
    first: (value) => (q) => q.filter(value).first(),
    firstOr404: (value) => (q) => q.filter(value).firstOr404(),
    count: (value) => (q) => q.filter(value).count(),
    paginate: (value) => (q) => q.filter(value).paginate(),
    delete: (value) => (q) => q.filter(value).delete(),
  };
  test.each(Object.keys(filters))('filter(…).%s()', async (name) => {
    const own = subject.bound.wrong;
    const wrong = { ...wrongConditions(subject.bound), ...EMPTY, ...own };
    expect(Object.keys(wrong).length).toBeGreaterThan(40);
    expect(await notRefused(wrong, filters[name] as (value: never) => Ask)).toEqual([]);
    expect(await notRefused({ none: [] }, () => (q) => q.filter().all())).toEqual([]);
  });

  const filtersBy: Record<string, (value: never) => Ask> = {
    all: (value) => (q) => q.filterBy(value).all(),
    first: (value) => (q) => q.filterBy(value).first(),
    count: (value) => (q) => q.filterBy(value).count(),
    paginate: (value) => (q) => q.filterBy(value).paginate(),
  };
  test.each(Object.keys(filtersBy))('filterBy(…).%s()', async (name) => {
    const { nothing } = EMPTY;
    const wrong = { ...wrongConditions(subject.bound), ...WRONG_VALUES, nothing };
    expect(await notRefused(wrong, filtersBy[name] as (value: never) => Ask)).toEqual([]);
  });

  test('calls that take no condition', async () => {
    const right = { name: 'ana' };
    const wrong: Wrong = { ...wrongConditions(subject.bound), ...WRONG_VALUES, right };
    for (const call of ['all', 'first', 'one', 'oneOrNone', 'count', 'delete'] as const) {
      const given = (value: never) => (q: Query<Named>) => q[call](...([value] as unknown as []));
      expect(await notRefused(wrong, given)).toEqual([]);
    }
    expect(await notRefused(wrong, (value) => (q) => q.paginate(value))).toEqual([]);
    const noTexts = Object.fromEntries(
      Object.entries(wrong).filter(([, value]) => typeof value !== 'string'),
    );
    expect(await notRefused(noTexts, (value) => (q) => q.firstOr404(value))).toEqual([]);
    expect(await notRefused(noTexts, (value) => (q) => q.oneOr404(value))).toEqual([]);
  });

  test('columns that are not there, and values that do not fit', async () => {
    const { User, Message } = subject.bound;
    const { id, name } = columns(User);
    const anyColumns = columns(User) as unknown as Record<string, typeof name>;
    const made: Record<string, () => unknown> = {
      'no such column': () => anyColumns['nme'],
      'a name of Object': () => anyColumns['constructor'],
      'text with number': () => id.gt('abc' as never),
      'number with text': () => name.eq(0 as never),
      'array with text': () => name.eq(['ana'] as never),
      'object with text': () => name.ne({ toString: () => 'ana' } as never),
      'undefined with text': () => name.eq(undefined as never),
      'in, a text': () => name.in('ana' as never),
      'in, a map': () => name.in(new Map() as never),
      'in, null': () => name.in([null as never]),
      'in, arrays': () => id.in([[1]] as never),
      'in, undefined': () => id.in(undefined as never),
      'between null': () => id.between(null as never, 1),
      'between texts': () => id.between('a' as never, 'z' as never),
      'like of a number': () => (id as unknown as typeof name).like('1%'),
      'like, no text': () => name.like(/a/ as never),
      'not, a truth': () => not(false as never),
      'and, nothing': () => and(),
      'or, a column': () => or(name as never),
      'of another class': () => columns(Message).id.gt(0),
    };
    for (const [label, make] of Object.entries(made)) {
      const ask = async (): Promise<unknown> =>
        query()
          .filter(make() as never)
          .all();
      expect([label, await runInScope(ask).catch((error: unknown) => error)]).toEqual([
        label,
        expect.any(ArgumentError),
      ]);
    }
    expect(() => (name as unknown as string) == 'ana').toThrow(/name\.eq/); // oxlint-disable-line eqeqeq -- the mistake that is refused
    expect(() => (id as unknown as number) > 3).toThrow(/\.gt\(/);
  });

  test('hostile names in orderBy', async () => {
    for (const given of [
      'nme',
      '',
      '-',
      '--name',
      'name desc',
      'name; drop table users',
      'constructor',
      '__proto__',
      'name, (select 1)',
      1,
      null,
      undefined,
      {},
      ['name', 'desc'],
      () => 1,
      columns(subject.bound.Message).body,
    ])
      expect(await notRefused({ given }, (value) => (q) => q.orderBy(value).all())).toEqual([]);
  });

  test('a key with conditions, and rows to change with a limit', () =>
    runInScope(async () => {
      for (const ask of [
        () => query().filterBy({ name: 'ana' }).get(1),
        () => query().filterBy({ name: 'ana' }).getOr404(1),
        () => query().limit(1).delete(),
        () => query().offset(1).delete(),
        () => query().orderBy('id').update({ name: 'x' }),
      ])
        await expect(ask()).rejects.toThrow(InvalidRequestError);
      for (const values of [
        {},
        undefined,
        { nme: 'x' },
        { name: undefined },
        { name: 0 },
        { name: {} },
        [],
        new Map(),
      ])
        await expect(query().update(values as never)).rejects.toThrow(ArgumentError);
    }));
}
