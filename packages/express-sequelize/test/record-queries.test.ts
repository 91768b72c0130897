/** Recorded statements; ports the reference's test_record_queries.py. */
import { get, onEachEngine, withTodos } from './support';

onEachEngine(({ fresh }) => {
  test('a recorded query tells statement, parameters, times and the place in the caller', async () => {
    const { db } = await withTodos(await fresh(), { recordQueries: true });
    await db.appContext(async function queryInfo() {
      await db.session.execute('SELECT id FROM todo WHERE id < :id', { id: 5 });
      const info = db.getRecordedQueries().at(-1);
      expect(info?.statement).toMatch(/SELECT id FROM todo/);
      expect(info?.parameters).toEqual([5]);
      expect(info?.duration).toBeCloseTo((info?.endTime ?? 0) - (info?.startTime ?? 0));
      expect(info?.duration).toBeGreaterThan(0);
      expect(info?.location).toMatch(
        /record-queries\.test\.ts:\d+:\d+ \((?:.*queryInfo|execute)\)$/,
      );
    });
  });

  test("a model's own statements are recorded too", async () => {
    const { db, Todo } = await withTodos(await fresh(), { recordQueries: true });
    await db.appContext(async () => {
      await Todo.create({ title: 'a' });
      const statements = db.getRecordedQueries().map(({ statement }) => statement);
      expect(statements.join('\n')).toMatch(/INSERT INTO .todo/);
    });
  });

  test('each context and each request has its own record, and there is none unless asked for', async () => {
    const { db, app, Todo } = await withTodos(await fresh(), { recordQueries: true });
    app.get('/', async (_req, res) => {
      const before = db.getRecordedQueries().length;
      await Todo.query.count();
      res.json([before, db.getRecordedQueries().length > 0]);
    });
    for (let i = 0; i < 2; i++) expect((await get(app, '/')).body).toEqual([0, true]);
    await db.appContext(() => expect(db.getRecordedQueries()).toEqual([]));

    const silent = await withTodos(await fresh());
    await silent.db.appContext(async () => {
      await silent.Todo.query.count();
      expect(silent.db.getRecordedQueries()).toEqual([]);
    });
  });
});
