/* oxlint-disable typescript/explicit-module-boundary-types -- an endpoint gives what its call gives */
/** What each endpoint of RealWorld asks of the data layer: the same calls for the classes of every library. */
import type { ScopedSession } from '@quartet/db-core';
import { columns } from '@quartet/db-core/orm';
import type { Article, Blog, ListOf } from './blog';

export function endpoints(Session: ScopedSession, blog: Blog) {
  const { User, Article, Comment, Tag, Follow, Favorite } = blog;
  const article = columns(Article);
  const bySlug = (slug: string) => Session.query(Article).filterBy({ slug });

  // #region endpoints
  return {
    // Users and profiles
    'POST /users/login': (email: string) => Session.query(User).filterBy({ email }).first(),
    'POST /users': async (username: string, email: string) => {
      const user = new User({ username, email });
      Session.add(user);
      await Session.commit(); // taken: an IntegrityError with its columns
      return user;
    },
    'GET /user': (id: number) => Session.query(User).getOr404(id),
    'PUT /user': async (id: number, email: string) => {
      const user = await Session.query(User).getOr404(id);
      Session.add(Object.assign(user, { email }));
      await Session.commit();
      return user;
    },
    'GET /profiles/:username': async (followerId: number, username: string) => {
      const user = await Session.query(User).filterBy({ username }).firstOr404();
      const key = { followerId, followedId: user.id };
      const following = (await Session.query(Follow).filterBy(key).count()) > 0;
      return { user, following };
    },
    'POST /profiles/:username/follow': async (followerId: number, followedId: number) => {
      await Session.getOrCreate(Follow, { followerId, followedId }); // a second click is no error
      await Session.commit();
    },
    'DELETE /profiles/:username/follow': async (followerId: number, followedId: number) => {
      await Session.query(Follow).filterBy({ followerId, followedId }).delete();
      await Session.commit();
    },

    // Articles
    'GET /articles': (of: ListOf) => blog.articles(of), // joins and counts: the library's own way
    'GET /articles/feed': async (followerId: number, limit: number, offset: number) => {
      const follows = await Session.query(Follow).filterBy({ followerId }).all();
      return Session.query(Article)
        .filter(article.authorId.in(follows.map(({ followedId }) => followedId)))
        .orderBy('-createdAt', '-id')
        .paginate({ limit, offset });
    },
    'GET /articles/:slug': async (slug: string) => {
      const [found] = await blog.withAuthor(bySlug(slug));
      return found ?? bySlug(slug).firstOr404();
    },
    'POST /articles': async (values: Partial<Article>, tagList: readonly string[]) => {
      const made = new Article(values);
      Session.add(made);
      await Session.flush();
      const names = [...new Set(tagList)].toSorted(); // in one order, so that two articles do not wait for each other
      const tags = [];
      for (const name of names) tags.push((await Session.getOrCreate(Tag, { name }))[0]);
      await blog.addTags(made, tags);
      await Session.commit(); // the article with its tags, or nothing
      return made;
    },
    'PUT /articles/:slug': async (slug: string, title: string) => {
      const found = await bySlug(slug).firstOr404();
      Session.add(Object.assign(found, { title }));
      await Session.commit(); // and updatedAt, by onUpdateNow
      return found;
    },
    'DELETE /articles/:slug': async (slug: string) => {
      Session.delete(await bySlug(slug).firstOr404());
      await Session.commit(); // what belongs to it goes by ON DELETE CASCADE
    },
    'POST /articles/:slug/favorite': async (userId: number, articleId: number) => {
      await Session.getOrCreate(Favorite, { userId, articleId });
      await Session.commit();
    },
    'DELETE /articles/:slug/favorite': async (userId: number, articleId: number) => {
      await Session.query(Favorite).filterBy({ userId, articleId }).delete();
      await Session.commit();
    },

    // Comments and tags
    'POST /articles/:slug/comments': async (articleId: number, authorId: number, body: string) => {
      const comment = new Comment({ articleId, authorId, body });
      Session.add(comment);
      await Session.commit();
      return comment;
    },
    'GET /articles/:slug/comments': (articleId: number) =>
      blog.withAuthor(Session.query(Comment).filterBy({ articleId }).orderBy('id')),
    'DELETE /articles/:slug/comments/:id': async (id: number, authorId: number) => {
      const deleted = await Session.query(Comment).filterBy({ id, authorId }).delete();
      await Session.commit();
      return deleted === 1; // of somebody else, or not there: 403, 404
    },
    'GET /tags': () => Session.query(Tag).orderBy('name').all(),
  };
  // #endregion
}
