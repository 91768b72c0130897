/** Queries for views; ports the reference's test_legacy_query.py and test_view_query.py. */
import { NotFoundError, Query } from '@quartet/db-core/orm';
import { get, newApp, newDb, onEachEngine, selects, withTodos } from './support';

onEachEngine(({ fresh }) => {
  test('query.getOr404 finds by primary key, and is a NotFoundError otherwise', async () => {
    const { db, Todo } = await withTodos(await fresh());
    await db.appContext(async () => {
      const item = await Todo.create({ title: 'a' });
      expect((await Todo.query.getOr404(item.id)).title).toBe('a');
      await expect(Todo.query.getOr404(item.id + 1)).rejects.toThrow(NotFoundError);
    });
  });

  test('firstOr404 gives the first, and is a NotFoundError where there is none', async () => {
    const { db, Todo } = await withTodos(await fresh());
    await db.appContext(async () => {
      await Todo.create({ title: 'a' });
      expect((await Todo.query.filterBy({ title: 'a' }).firstOr404()).title).toBe('a');
      expect((await db.firstOr404(Todo.query.filterBy({ title: 'a' }))).title).toBe('a');
      for (const missing of [
        Todo.query.filterBy({ title: 'b' }).firstOr404('No such to-do.'),
        db.firstOr404(Todo.query.filterBy({ title: 'b' }), 'No such to-do.'),
      ])
        await expect(missing).rejects.toMatchObject({
          name: 'NotFoundError',
          status: 404,
          message: 'No such to-do.',
        });
    });
  });

  test('oneOr404 gives the only one, and is a NotFoundError for none and for several', async () => {
    const { db, Todo } = await withTodos(await fresh());
    await db.appContext(async () => {
      await Todo.bulkCreate([{ title: 'a' }, { title: 'b' }, { title: 'b' }]);
      expect((await Todo.query.filterBy({ title: 'a' }).oneOr404()).title).toBe('a');
      expect((await db.oneOr404(Todo.query.filterBy({ title: 'a' }))).title).toBe('a');
      for (const title of ['b', 'c']) {
        await expect(Todo.query.filterBy({ title }).oneOr404()).rejects.toThrow(NotFoundError);
        await expect(db.oneOr404(Todo.query.filterBy({ title }))).rejects.toThrow(NotFoundError);
      }
    });
  });

  test('paginate gives 20 of 150, and next() keeps the total', async () => {
    const { db, Todo } = await withTodos(await fresh(), { recordQueries: true });
    await db.appContext(async () => {
      await Todo.bulkCreate(Array.from({ length: 150 }, () => ({ title: null })));
      for (const page of [
        await Todo.query.orderBy('id').paginate(),
        await db.paginate(Todo.query.orderBy('id')),
      ]) {
        expect(page).toMatchObject({ total: 150, pages: 8, first: 1, last: 20 });
        expect(page.items).toHaveLength(20);
        const before = selects(db).length;
        const next = await page.next();
        expect(next).toMatchObject({ page: 2, total: 150, first: 21 });
        expect(next.items[0]?.id).toBe((page.items[0]?.id ?? 0) + 20);
        expect(selects(db)).toHaveLength(before + 1);
      }
    });
  });

  test('paginate reads page and per_page of the request', async () => {
    const { app, db, Todo } = await withTodos(await fresh());
    await db.appContext(async () => {
      await Todo.bulkCreate(Array.from({ length: 250 }, (_, i) => ({ title: `task ${i + 1}` })));
      await db.session.commit();
    });
    app.get('/todos', async (req, res) => {
      const { count, max } = req.query;
      const { items, page, perPage, total, pages } = await Todo.query.orderBy('id').paginate({
        ...(count === 'no' && { count: false }),
        ...(max !== undefined && { maxPerPage: Number(max) }),
      });
      res.json({ items: items.map(({ title }) => title), page, perPage, total, pages });
    });
    const asked = async (query: string) => (await get(app, `/todos${query}`)).body;
    expect(await asked('')).toMatchObject({ page: 1, perPage: 20, total: 250, pages: 13 });
    expect((await asked('')).items).toHaveLength(20);
    expect(await asked('?page=2&per_page=10')).toMatchObject({ page: 2, perPage: 10 });
    expect((await asked('?page=2&per_page=10')).items[0]).toBe('task 11');
    expect(await asked('?per_page=300')).toMatchObject({ perPage: 100 });
    expect(await asked('?per_page=100&max=50')).toMatchObject({ perPage: 50 });
    expect((await asked('?count=no')).total).toBeUndefined();
    expect(
      (await db.requestContext(() => Todo.query.paginate(), { query: { page: '3' } })).page,
    ).toBe(3);
  });

  test('a page past the end is a NotFoundError, but for the first of an empty list', async () => {
    const { db, Todo } = await withTodos(await fresh());
    await db.appContext(async () => {
      expect((await Todo.query.paginate()).items).toEqual([]);
      for (const page of [2, Number.MAX_SAFE_INTEGER])
        await expect(Todo.query.paginate({ page })).rejects.toThrow(NotFoundError);
      expect((await Todo.query.paginate({ page: 2, errorOut: false })).items).toEqual([]);
    });
  });

  test('a query keeps its conditions on every page', async () => {
    const { db, Todo } = await withTodos(await fresh());
    await db.appContext(async () => {
      await Todo.bulkCreate(['a', 'b', 'a', 'b', 'a'].map((title) => ({ title })));
      const page = await Todo.query
        .filterBy({ title: 'a' })
        .orderBy('-id')
        .paginate({ perPage: 2 });
      expect([page.total, page.items.map(({ id }) => id)]).toEqual([3, [5, 3]]);
      expect((await page.next()).items.map(({ id }) => id)).toEqual([1]);
    });
  });
});

test('Express answers what they throw with 404', async () => {
  const { app, Todo } = await withTodos('sqlite://');
  app.set('env', 'test'); // or it would log them
  app.get('/', async (_req, res) => res.json(await Todo.query.firstOr404()));
  expect((await get(app, '/')).status).toBe(404);
});

test('queries are of the default class, from the model and from the session', async () => {
  const { db, Todo } = await withTodos('sqlite://');
  await db.appContext(() => {
    expect(Todo.query.constructor).toBe(Query);
    expect(db.session.query(Todo).constructor).toBe(Query);
  });
});

test('queries are of the class given to the db object, after every call too; a model may have its own', async () => {
  class CustomQuery<T extends object> extends Query<T> {
    lastOne(): Promise<T | undefined> {
      return this.orderBy('-id' as never).first();
    }
  }
  class OtherQuery<T extends object> extends CustomQuery<T> {}
  const db = newDb({ queryClass: CustomQuery });
  class Parent extends db.Model {
    declare static query: CustomQuery<Parent>;
    declare id: number;
  }
  Parent.init({});
  class Child extends db.Model {
    static override readonly queryClass = OtherQuery;
  }
  Child.init({});
  await db.initApp(newApp({ DATABASE_URL: 'sqlite://' }));
  await db.appContext(async () => {
    expect(Parent.query.constructor).toBe(CustomQuery);
    expect(Parent.query.filterBy({ id: 1 }).constructor).toBe(CustomQuery);
    expect(db.session.query(Child).constructor).toBe(CustomQuery);
    expect(Child.query.constructor).toBe(OtherQuery);
    await Parent.bulkCreate([{}, {}]);
    expect((await Parent.query.lastOne())?.id).toBe(2);
  });
});
