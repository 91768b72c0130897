/** RealWorld with Knex: rows as objects where a session is to write them, SQL for lists. */
import type { Engine, ScopedSession } from '@quartet/db-core';
import { columns } from '@quartet/db-core/orm';
import { bindKnex, mapTable, primaryId, utcDateTime } from '@quartet/db-knex';
import * as blog from './blog';

class User extends blog.User {}
class Article extends blog.Article {}
class Comment extends blog.Comment {}
class Tag extends blog.Tag {}
class Follow extends blog.Follow {}
class Favorite extends blog.Favorite {}

export async function openBlog(engine: Engine, Session: ScopedSession): Promise<blog.Blog> {
  const knex = bindKnex(engine);
  await knex.schema.createTable('users', (table) => {
    primaryId(knex, table);
    table.string('username', 100).notNullable().unique();
    table.string('email', 100).notNullable().unique();
  });
  await knex.schema.createTable('articles', (table) => {
    primaryId(knex, table);
    table.string('slug', 100).notNullable().unique();
    table.string('title', 100).notNullable();
    table.integer('authorId').notNullable().references('users.id').onDelete('CASCADE');
    utcDateTime(knex, table, 'createdAt', { defaultNow: true });
    utcDateTime(knex, table, 'updatedAt', { defaultNow: true });
  });
  await knex.schema.createTable('comments', (table) => {
    primaryId(knex, table);
    table.integer('articleId').notNullable().references('articles.id').onDelete('CASCADE');
    table.integer('authorId').notNullable().references('users.id').onDelete('CASCADE');
    table.string('body', 100).notNullable();
  });
  await knex.schema.createTable('tags', (table) => {
    primaryId(knex, table);
    table.string('name', 100).notNullable().unique();
  });
  for (const [name, one, other] of [
    ['follows', 'followerId', 'followedId'],
    ['favorites', 'userId', 'articleId'],
    ['article_tags', 'articleId', 'tagId'],
  ] as const)
    await knex.schema.createTable(name, (table) => {
      table.integer(one).notNullable();
      const to = table.integer(other).notNullable();
      if (name === 'favorites') to.references('articles.id').onDelete('CASCADE');
      table.primary([one, other]);
    });

  const id = true;
  mapTable(knex, User, { table: 'users', columns: { id, username: true, email: true } });
  mapTable(knex, Article, {
    table: 'articles',
    columns: { id, slug: true, title: true, authorId: true, createdAt: true, updatedAt: true },
    onUpdateNow: ['updatedAt'],
    references: [User],
  });
  mapTable(knex, Comment, {
    table: 'comments',
    columns: { id, articleId: true, authorId: true, body: true },
    references: [User, Article],
  });
  mapTable(knex, Tag, { table: 'tags', columns: { id, name: true } });
  mapTable(knex, Follow, {
    table: 'follows',
    columns: { followerId: true, followedId: true },
    primaryKey: ['followerId', 'followedId'],
  });
  mapTable(knex, Favorite, {
    table: 'favorites',
    columns: { userId: true, articleId: true },
    primaryKey: ['userId', 'articleId'],
  });

  return {
    User,
    Article,
    Comment,
    Tag,
    Follow,
    Favorite,
    // #region own
    async articles({ tag, favoritedBy, limit, offset }) {
      const query = knex('articles').modify((list) => {
        if (tag !== undefined)
          void list
            .join('article_tags', 'article_tags.articleId', 'articles.id')
            .join('tags', 'tags.id', 'article_tags.tagId')
            .where('tags.name', tag);
        if (favoritedBy !== undefined)
          void list
            .join('favorites as liked', 'liked.articleId', 'articles.id')
            .where('liked.userId', favoritedBy);
      });
      const [counted] = await query.clone().count<{ n: number | string }[]>({ n: '*' });
      const rows = await query
        .select<(blog.Article & { favorites: number | string })[]>(
          'articles.*',
          knex('favorites').count().where('articleId', knex.ref('articles.id')).as('favorites'),
        )
        .orderBy('articles.id', 'desc')
        .limit(limit)
        .offset(offset);
      const items = rows.map(({ favorites, ...article }) => ({
        article,
        favorites: Number(favorites),
      }));
      return { items, total: Number(counted?.n) };
    },
    async addTags(article, tags) {
      const rows = tags.map((tag) => ({ articleId: article.id, tagId: tag.id }));
      if (rows.length > 0) await knex('article_tags').insert(rows);
    },
    async withAuthor(query) {
      const items = await query.all();
      const ids = items.map(({ authorId }) => authorId);
      const authors = await Session.query(User).filter(columns(User).id.in(ids)).all();
      const byId = new Map(authors.map((author) => [author.id, author]));
      for (const item of items) Object.assign(item, { author: byId.get(item.authorId) });
      return items;
    },
    // #endregion
    close: () => knex.destroy(),
  };
}
