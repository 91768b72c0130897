/** The 19 endpoints of RealWorld, with each library. */
import type { Engine } from '@quartet/db-core';
import {
  createEngine,
  IntegrityError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { NotFoundError } from '@quartet/db-core/orm';
import type { Blog } from '../src/real-world/blog';
import { endpoints } from '../src/real-world/endpoints';
import * as knex from '../src/real-world/knex';
import * as sequelize from '../src/real-world/sequelize';
import * as typeorm from '../src/real-world/typeorm';

describe.each([
  ['Sequelize', sequelize.openBlog],
  ['TypeORM', typeorm.openBlog],
  ['Knex', knex.openBlog],
])('with %s', (_library, openBlog) => {
  let engine: Engine;
  let blog: Blog;
  let api: ReturnType<typeof endpoints>;
  beforeEach(async () => {
    engine = createEngine('sqlite://');
    const Session = scopedSession(sessionmaker({ bind: engine }));
    blog = await openBlog(engine, Session);
    api = endpoints(Session, blog);
  });
  afterEach(async () => {
    await blog.close();
    await engine.dispose();
  });

  test('users and profiles', () =>
    runInScope(async () => {
      const ana = await api['POST /users']('ana', 'ana@x');
      const bo = await api['POST /users']('bo', 'bo@x');
      const taken = runInScope(() => api['POST /users']('ana', 'other@x'));
      await expect(taken).rejects.toThrow(IntegrityError);
      await expect(taken).rejects.toMatchObject({ columns: ['username'] });
      expect((await api['POST /users/login']('bo@x'))?.id).toBe(bo.id);
      expect(await api['POST /users/login']('nobody@x')).toBeUndefined();
      await api['PUT /user'](bo.id, 'bo2@x');
      expect((await api['GET /user'](bo.id)).email).toBe('bo2@x');

      const following = async (): Promise<boolean> =>
        (await api['GET /profiles/:username'](ana.id, 'bo')).following;
      expect(await following()).toBe(false);
      for (const _click of [1, 2]) await api['POST /profiles/:username/follow'](ana.id, bo.id);
      expect(await following()).toBe(true);
      await api['DELETE /profiles/:username/follow'](ana.id, bo.id);
      expect(await following()).toBe(false);
      await expect(api['GET /profiles/:username'](ana.id, 'nobody')).rejects.toThrow(NotFoundError);
    }));

  test('articles, feed, favourites, comments and tags', () =>
    runInScope(async () => {
      const ana = await api['POST /users']('ana', 'ana@x');
      const bo = await api['POST /users']('bo', 'bo@x');
      const write = (slug: string, author: { id: number }, tags: string[]) =>
        api['POST /articles']({ slug, title: slug, authorId: author.id }, tags);
      const one = await write('one', bo, ['news', 'orm', 'news']);
      const two = await write('two', bo, ['orm']);
      await write('three', ana, []);
      expect((await api['GET /tags']()).map(({ name }) => name)).toEqual(['news', 'orm']);

      await api['POST /profiles/:username/follow'](ana.id, bo.id);
      const feed = await api['GET /articles/feed'](ana.id, 1, 0);
      expect([feed.items.map(({ slug }) => slug), feed.total]).toEqual([['two'], 2]);

      for (const _click of [1, 2]) await api['POST /articles/:slug/favorite'](ana.id, one.id);
      await api['POST /articles/:slug/favorite'](bo.id, one.id);
      await api['POST /articles/:slug/favorite'](bo.id, two.id);
      const list = async (of: object, limit = 20, offset = 0): Promise<unknown> => {
        const { items, total } = await api['GET /articles']({ ...of, limit, offset });
        return [items.map(({ article, favorites }) => `${article.slug} ${favorites}`), total];
      };
      expect(await list({})).toEqual([['three 0', 'two 1', 'one 2'], 3]);
      expect(await list({ tag: 'orm' })).toEqual([['two 1', 'one 2'], 2]);
      expect(await list({ tag: 'orm' }, 1, 1)).toEqual([['one 2'], 2]);
      expect(await list({ favoritedBy: ana.id })).toEqual([['one 2'], 1]);
      await api['DELETE /articles/:slug/favorite'](ana.id, one.id);
      expect(await list({ favoritedBy: ana.id })).toEqual([[], 0]);

      expect((await api['GET /articles/:slug']('one')).author?.username).toBe('bo');
      const [{ updatedAt }, changed] = [
        await api['GET /articles/:slug']('one'),
        await api['PUT /articles/:slug']('one', 'First'),
      ];
      expect(changed.updatedAt.getTime()).toBeGreaterThanOrEqual(updatedAt.getTime());

      const comment = await api['POST /articles/:slug/comments'](one.id, ana.id, 'good');
      const [read] = await api['GET /articles/:slug/comments'](one.id);
      expect([read?.body, read?.author?.username]).toEqual(['good', 'ana']);
      expect(await api['DELETE /articles/:slug/comments/:id'](comment.id, bo.id)).toBe(false);
      expect(await api['DELETE /articles/:slug/comments/:id'](comment.id, ana.id)).toBe(true);

      await api['POST /articles/:slug/comments'](two.id, ana.id, 'gone with it');
      await api['DELETE /articles/:slug']('two');
      await expect(api['GET /articles/:slug']('two')).rejects.toThrow(NotFoundError);
      expect(await api['GET /articles/:slug/comments'](two.id)).toEqual([]);
      expect(await list({ favoritedBy: bo.id })).toEqual([['one 1'], 1]);
    }));
});
