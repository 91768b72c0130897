/** Every right condition gives the same rows on every database, whichever call asks for them. */
import { runInScope } from '@quartet/db-core';
import type { Condition, Query } from '@quartet/db-core/orm';
import { and, columns, not, or } from '@quartet/db-core/orm';
import { inspect } from 'node:util';
import type { Item, Named, Subject } from '../binding';
import type { Fixture } from '../fixture';

const NAMES = ['ana', 'bob', 'cleo', 'dan', '50%'];

export function describeRows(fixture: Fixture, subject: Subject): void {
  const query = (): Query<Named> => fixture.Session.query(subject.bound.User);
  const stored = async (): Promise<string[]> =>
    (await fixture.engine.execute('select name from users order by id')).scalars<string>();

  beforeEach(async () => {
    for (const name of NAMES) await subject.bound.insertUser(name, `${name}@x`);
  });

  async function conditions(): Promise<Record<string, [Condition<Named>, string[]]>> {
    const { id, name, email } = columns(subject.bound.User);
    const ids = (
      await fixture.engine.execute('select id from users order by id')
    ).scalars<number>();
    const [first = 0, second = 0, third = 0, fourth = 0] = ids.map(Number);
    const all = NAMES;
    return {
      eq: [name.eq('ana'), ['ana']],
      'eq null': [name.eq(null), []],
      ne: [name.ne('ana'), all.slice(1)],
      'ne null': [name.ne(null), all],
      gt: [id.gt(second), all.slice(2)],
      gte: [id.gte(second), all.slice(1)],
      lt: [id.lt(second), ['ana']],
      lte: [id.lte(second), ['ana', 'bob']],
      'a number as text': [id.eq(String(second) as never), ['bob']],
      in: [name.in(['ana', 'dan', 'nobody']), ['ana', 'dan']],
      'in a set': [id.in(new Set([first, third])), ['ana', 'cleo']],
      'in nothing': [name.in([]), []],
      notIn: [name.notIn(['ana', 'dan']), ['bob', 'cleo', '50%']],
      'not in nothing': [name.notIn([]), all],
      like: [name.like('%a%'), ['ana', 'dan']],
      'like, one letter': [name.like('_o_'), ['bob']],
      between: [id.between(second, fourth), ['bob', 'cleo', 'dan']],
      isNull: [name.isNull(), []],
      isNotNull: [name.isNotNull(), all],
      and: [and(name.like('%a%'), id.gt(first)), ['dan']],
      or: [or(name.eq('ana'), name.eq('bob')), ['ana', 'bob']],
      not: [not(name.eq('ana')), all.slice(1)],
      'not not': [not(not(name.eq('ana'))), ['ana']],
      'not and': [not(and(name.eq('ana'), email.eq('ana@x'))), all.slice(1)],
      'not or': [not(or(name.eq('ana'), name.eq('bob'))), all.slice(2)],
      'or of ands': [
        or(and(name.eq('ana'), id.eq(first)), and(name.eq('bob'), id.eq(first))),
        ['ana'],
      ],
      'and of ors': [
        and(or(name.eq('ana'), name.eq('bob')), or(id.eq(second), id.eq(third))),
        ['bob'],
      ],
      'or with nothing': [or(name.in([]), name.eq('ana')), ['ana']],
      'not of nothing': [not(name.in([])), all],
      'a value that looks like SQL': [name.eq("' or 1=1 --"), []],
      'a wildcard is a letter': [name.eq('50%'), ['50%']],
    };
  }

  test('conditions made of columns', () =>
    runInScope(async () => {
      for (const [label, [condition, expected]] of Object.entries(await conditions())) {
        const q = query().filter(condition);
        const found = (await q.orderBy('id').all()).map(({ name }) => name);
        const page = await q.orderBy('id').paginate({ perPage: 2 });
        expect([label, found]).toEqual([label, expected]);
        expect([label, await q.count(), (await q.orderBy('id').first())?.name, page.total]).toEqual(
          [label, expected.length, expected[0], expected.length],
        );
        expect(page.items.map(({ name }) => name)).toEqual(expected.slice(0, 2));
      }
    }));

  test('conditions of the library, beside others', () =>
    runInScope(async () => {
      const { name } = columns(subject.bound.User);
      for (const [label, condition, expected] of subject.bound.right) {
        const q = query().filter(condition);
        expect([label, (await q.orderBy('id').all()).map((one) => one.name)]).toEqual([
          label,
          expected,
        ]);
        expect([label, await q.count()]).toEqual([label, expected.length]);
        const narrowed = await q.filter(name.ne('ana'), name.ne('bob')).orderBy('id').all();
        expect([label, narrowed.map((one) => one.name)]).toEqual([
          label,
          expected.filter((each) => each !== 'ana' && each !== 'bob'),
        ]);
      }
    }));

  test('orders', () =>
    runInScope(async () => {
      const { name, id } = columns(subject.bound.User);
      const names = async (q: Query<Named>): Promise<string[]> =>
        (await q.all()).map((one) => one.name);
      const sorted = NAMES.toSorted();
      expect(await names(query().orderBy(name.desc()))).toEqual(sorted.toReversed());
      expect(await names(query().orderBy(name.asc(), id.desc()))).toEqual(sorted);
      expect(await names(query().orderBy(name))).toEqual(sorted);
      expect(await names(query().orderBy('-id'))).toEqual(NAMES.toReversed());
    }));

  test('columns named otherwise in the table, and instants', () =>
    runInScope(async () => {
      const { bound } = subject;
      const author = await query().filterBy({ name: 'ana' }).one();
      const at = new Date('2024-05-06T07:08:09.123Z');
      fixture.Session.addAll([
        bound.message(author, { body: 'old', createdAt: at }),
        bound.message(author, { body: 'new' }),
      ]);
      await fixture.Session.flush();
      const { createdAt, userId, body } = columns(bound.Message);
      const messages = fixture.Session.query(bound.Message);
      const bodies = async (condition: Condition<Item>): Promise<string[]> =>
        (await messages.filter(condition).orderBy('id').all()).map((one) => one.body);
      expect(await bodies(createdAt.eq(at))).toEqual(['old']);
      expect(await bodies(createdAt.gt(at))).toEqual(['new']);
      expect(await bodies(and(userId.eq(author.id), body.like('o%')))).toEqual(['old']);
    }));

  test('rows are deleted and updated by one statement', async () => {
    const { name, id } = columns(subject.bound.User);
    await runInScope(async () => {
      expect(
        await query()
          .filter(name.in(['ana', 'bob']))
          .delete(),
      ).toBe(2);
      expect(await query().filterBy({ name: 'cleo' }).update({ name: 'chloe' })).toBe(1);
      expect(await query().filter(id.gt(0)).filter({ name: 'dan' }).update({ name: 'dan' })).toBe(
        1,
      );
      expect(await query().filter(name.eq('nobody')).update({ name: 'x' })).toBe(0);
      expect(await query().filter(name.eq('nobody')).delete()).toBe(0);
      await fixture.Session.commit();
    });
    expect(await stored()).toEqual(['chloe', 'dan', '50%']);
    await runInScope(async () => {
      expect(await query().delete()).toBe(3);
      await fixture.Session.rollback();
      expect(await query().count()).toBe(3);
    });
  });

  test('a query is iterated, and one that was not asked says so', () =>
    runInScope(async () => {
      const found: string[] = [];
      for await (const user of query().orderBy('id')) found.push(user.name);
      expect(found).toEqual(NAMES);
      const unasked = query().filterBy({ name: 'ana' });
      await expect(Promise.resolve(unasked)).rejects.toThrow(
        /was awaited, but not asked.*\.all\(\)/,
      );
      expect(() => JSON.stringify({ users: unasked })).toThrow(/written as JSON, but not asked/);
      expect(inspect(unasked)).toMatch(/^<Query of \w+, not asked yet: \.all\(\)/);
      expect(`${unasked}`).toBe(inspect(unasked));
    }));
}
