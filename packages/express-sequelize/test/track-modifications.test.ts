/** What a session commits; ports the reference's test_track_modifications.py. */
import { createEngine } from '@quartet/db-core';
import type { Change, ModelsCommitted } from '@quartet/express-sequelize';
import { newApp, newDb, onEachEngine, withTodos } from './support';

type Seen = [instance: unknown, operation: string][];

onEachEngine(({ fresh }) => {
  async function tracked() {
    const { db, app, Todo } = await withTodos(await fresh(), { trackModifications: true });
    const before: Seen[] = [];
    const after: Seen[] = [];
    const list = (changes: readonly Change[]): Seen =>
      changes.map(({ instance, operation }) => [instance, operation]);
    db.beforeModelsCommitted.connect(({ changes }) => before.push(list(changes)));
    db.modelsCommitted.connect(({ changes }) => after.push(list(changes)));
    return { db, app, Todo, before, after };
  }

  test('insert, update and delete are told before and after the commit, in the same list', async () => {
    const { db, Todo, before, after } = await tracked();
    await db.appContext(async () => {
      const item = new Todo({ title: null });
      db.session.add(item);
      await db.session.flush();
      expect([before, after]).toEqual([[], []]);
      await db.session.commit();
      expect(before).toEqual([[[item, 'insert']]]);
      expect(after).toEqual(before);

      await db.session.remove();
      const again = await Todo.query.getOr404(1);
      again.title = 'test';
      db.session.add(again);
      await db.session.commit();
      expect(before.at(-1)).toEqual([[again, 'update']]);
      expect(after).toEqual(before);

      await db.session.remove();
      const last = await Todo.query.getOr404(1);
      db.session.delete(last);
      await db.session.commit();
      expect(before.at(-1)).toEqual([[last, 'delete']]);
      expect(after).toEqual(before);
      expect(before).toHaveLength(3);
    });
  });

  test("Sequelize's own calls are told of as well", async () => {
    const { db, Todo, after } = await tracked();
    await db.appContext(async () => {
      const one = await Todo.create({ title: 'one' });
      const rest = await Todo.bulkCreate([{ title: 'two' }, { title: 'three' }]);
      await one.update({ title: 'uno' });
      await rest[0]?.destroy();
      await db.session.commit();
      expect(after).toEqual([
        [
          [one, 'insert'],
          [rest[1], 'insert'],
        ],
      ]);
    });
  });

  test('what is rolled back is not told of, be it all or a savepoint', async () => {
    const { db, Todo, before, after } = await tracked();
    await db.appContext(async () => {
      await Todo.create({ title: 'gone' });
      await db.session.rollback();
      await db.session.commit();
      expect([before, after]).toEqual([[], []]);

      const kept = await Todo.create({ title: 'kept' });
      const failing = db.session.beginNested(async () => {
        await Todo.create({ title: 'undone' });
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      const also = await db.session.beginNested(() => Todo.create({ title: 'kept too' }));
      await db.session.commit();
      expect(after).toEqual([
        [
          [kept, 'insert'],
          [also, 'insert'],
        ],
      ]);
    });
  });

  test('sessions that overlap tell of their own changes, with app and session', async () => {
    const { db, app, Todo } = await tracked();
    const events: ModelsCommitted[] = [];
    db.modelsCommitted.connect((event) => events.push(event));
    await Promise.all(
      ['a', 'b'].map((title) =>
        db.appContext(async () => {
          db.session.add(new Todo({ title }));
          await db.session.commit();
        }),
      ),
    );
    expect(events.map(({ app: told, changes }) => [told === app, changes.length])).toEqual([
      [true, 1],
      [true, 1],
    ]);
    expect(events[0]?.session).not.toBe(events[1]?.session);
  });

  test('a listener before the commit may add to it, or prevent it', async () => {
    const { db, Todo, after } = await tracked();
    const stop = db.beforeModelsCommitted.connect(({ session }) => {
      session.add(new Todo({ title: 'audit' }));
    });
    await db.appContext(async () => {
      await Todo.create({ title: 'a' });
      await db.session.commit();
      expect(await Todo.query.count()).toBe(2);
      expect(after[0]).toHaveLength(2);
      await db.session.rollback();
      stop();

      db.beforeModelsCommitted.connect(() => {
        throw new Error('not today');
      });
      await Todo.create({ title: 'b' });
      await expect(db.session.commit()).rejects.toThrow('not today');
      await db.session.rollback();
      expect(await Todo.query.count()).toBe(2);
    });
  });

  test('an engine that outlives the app is no longer listened to', async () => {
    const engine = createEngine(await fresh());
    const db = newDb();
    await db.initApp(newApp(), { engine, trackModifications: true });
    expect(engine.listenerCount('savepoint')).toBe(1);
    await db.dispose();
    expect(engine.listenerCount('savepoint')).toBe(0);
    await engine.dispose();
  });

  test('nothing is told unless asked for', async () => {
    const { db, Todo } = await withTodos(await fresh());
    const told = jest.fn();
    db.modelsCommitted.connect(told);
    await db.appContext(async () => {
      await Todo.create({ title: 'a' });
      await db.session.commit();
    });
    expect(told).not.toHaveBeenCalled();
  });
});
