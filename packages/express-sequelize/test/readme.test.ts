/** The example of the README runs. */
import { createApp, db, Post, User } from './example';
import { get, onEachEngine } from './support';

onEachEngine(({ fresh }) => {
  test('the example of the README works', async () => {
    const url = await fresh();
    const app = await createApp(url);
    // #region script
    await db.appContext(async () => {
      const user = new User({ name: 'admin' });
      db.session.add(user);
      await db.session.flush();
      await Post.create({ userId: user.id, title: 'Hello' });
      await db.session.commit();
    });
    // #endregion
    expect(await get(app, '/users')).toMatchObject({
      status: 200,
      body: { items: [{ id: 1, name: 'admin' }], total: 1, pages: 1 },
    });
    expect(await get(app, '/users/1')).toMatchObject({
      status: 200,
      body: { name: 'admin', posts: [{ title: 'Hello' }] },
    });
    await db.dispose();
  });
});
