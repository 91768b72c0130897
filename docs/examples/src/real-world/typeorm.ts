/** RealWorld with TypeORM, classes mapped to tables. */
import type { Engine } from '@quartet/db-core';
import { bindTypeorm, createAll, mapper, utcDateTime } from '@quartet/db-typeorm';
import * as blog from './blog';

class User extends blog.User {}
class Article extends blog.Article {}
class Comment extends blog.Comment {}
class Tag extends blog.Tag {}
class Follow extends blog.Follow {}
class Favorite extends blog.Favorite {}

const id = { type: Number, primary: true, generated: true } as const;
const text = { type: String, length: 100, nullable: false } as const;
const unique = { ...text, unique: true } as const;
const key = { type: Number, primary: true } as const;
const number = { type: Number, nullable: false } as const;
const owner = (target: () => Function, name: string) =>
  ({ type: 'many-to-one', target, joinColumn: { name }, onDelete: 'CASCADE' }) as const;

mapper(User, { tableName: 'users', columns: { id, username: unique, email: unique } });
mapper(Article, {
  tableName: 'articles',
  columns: {
    id,
    slug: unique,
    title: text,
    authorId: number,
    createdAt: utcDateTime({ defaultNow: true }),
    updatedAt: utcDateTime({ defaultNow: true, onUpdateNow: true }),
  },
  relations: {
    author: owner(() => User, 'authorId'),
    tags: {
      type: 'many-to-many',
      target: () => Tag,
      joinTable: { name: 'article_tags' },
      onDelete: 'CASCADE',
    },
  },
});
mapper(Comment, {
  tableName: 'comments',
  columns: { id, articleId: number, authorId: number, body: text },
  relations: {
    author: owner(() => User, 'authorId'),
    article: owner(() => Article, 'articleId'),
  },
});
mapper(Tag, { tableName: 'tags', columns: { id, name: unique } });
mapper(Follow, { tableName: 'follows', columns: { followerId: key, followedId: key } });
mapper(Favorite, {
  tableName: 'favorites',
  columns: { userId: key, articleId: key },
  relations: { article: owner(() => Article, 'articleId') },
});

export async function openBlog(engine: Engine): Promise<blog.Blog> {
  const classes = { User, Article, Comment, Tag, Follow, Favorite };
  const dataSource = await bindTypeorm(engine, { entities: Object.values(classes) });
  await createAll(dataSource);

  return {
    ...classes,
    // #region own
    async articles({ tag, favoritedBy, limit, offset }) {
      const query = dataSource
        .getRepository(Article)
        .createQueryBuilder('article')
        .orderBy('article.id', 'DESC');
      if (tag !== undefined) query.innerJoin('article.tags', 'tag', 'tag.name = :tag', { tag });
      if (favoritedBy !== undefined)
        query.innerJoin(Favorite, 'liked', 'liked.articleId = article.id AND liked.userId = :by', {
          by: favoritedBy,
        });
      const total = await query.getCount();
      const { entities, raw } = await query
        .addSelect(
          (count) =>
            count
              .select('count(*)')
              .from(Favorite, 'favorite')
              .where('favorite.articleId = article.id'),
          'favorites',
        )
        .limit(limit)
        .offset(offset)
        .getRawAndEntities<{ favorites: number | string }>();
      const items = entities.map((article, i) => ({
        article,
        favorites: Number(raw[i]?.favorites),
      }));
      return { items, total };
    },
    addTags: (article, tags) =>
      dataSource
        .createQueryBuilder()
        .relation(Article, 'tags')
        .of(article)
        .add([...tags]),
    withAuthor: (query) => query.with('author').all(),
    // #endregion
    close: () => dataSource.destroy(),
  };
}
