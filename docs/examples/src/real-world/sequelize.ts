/** RealWorld with Sequelize; sequelize-typescript declares the same models by decorators. */
import type { Engine } from '@quartet/db-core';
import { bindSequelize, createAll, utcDateTime } from '@quartet/db-sequelize';
import type { ModelStatic, WhereOptions } from 'sequelize';
import { DataTypes, literal, Model } from 'sequelize';
import type { Article, Blog, Tag } from './blog';

const text = () => ({ type: DataTypes.STRING(100), allowNull: false });
const unique = () => ({ ...text(), unique: true });
const key = () => ({ type: DataTypes.INTEGER, primaryKey: true });

class UserModel extends Model {}
class ArticleModel extends Model {
  declare addTags: (tags: readonly Tag[]) => Promise<void>;
}
class CommentModel extends Model {}
class TagModel extends Model {}
class FollowModel extends Model {}
class FavoriteModel extends Model {}

export async function openBlog(engine: Engine): Promise<Blog> {
  const sequelize = await bindSequelize(engine, { define: { timestamps: false } });
  const define = (model: ModelStatic<Model>, tableName: string, attributes: object) =>
    model.init(attributes as never, { sequelize, tableName });
  define(UserModel, 'users', { username: unique(), email: unique() });
  define(ArticleModel, 'articles', {
    slug: unique(),
    title: text(),
    createdAt: utcDateTime({ defaultNow: true }),
    updatedAt: utcDateTime({ onUpdateNow: true }),
  });
  define(CommentModel, 'comments', { body: text() });
  define(TagModel, 'tags', { name: unique() });
  define(FollowModel, 'follows', { followerId: key(), followedId: key() });
  define(FavoriteModel, 'favorites', { userId: key(), articleId: key() });
  const owned = (foreignKey: string) => ({
    foreignKey: { name: foreignKey, allowNull: false },
    onDelete: 'CASCADE',
  });
  ArticleModel.belongsTo(UserModel, { as: 'author', ...owned('authorId') });
  CommentModel.belongsTo(UserModel, { as: 'author', ...owned('authorId') });
  CommentModel.belongsTo(ArticleModel, owned('articleId'));
  FavoriteModel.belongsTo(ArticleModel, owned('articleId'));
  ArticleModel.belongsToMany(TagModel, { as: 'tags', through: 'article_tags' });
  ArticleModel.hasMany(FavoriteModel, { as: 'favoritedBy', foreignKey: 'articleId' });
  await createAll(sequelize);

  const classes = {
    User: UserModel,
    Article: ArticleModel,
    Comment: CommentModel,
    Tag: TagModel,
    Follow: FollowModel,
    Favorite: FavoriteModel,
  } as unknown as Pick<Blog, 'User' | 'Article' | 'Comment' | 'Tag' | 'Follow' | 'Favorite'>;
  return {
    ...classes,
    // #region own
    async articles({ tag, favoritedBy, limit, offset }) {
      const joined = (model: ModelStatic<Model>, as: string, where: WhereOptions) => ({
        model,
        as,
        where,
        attributes: [],
      });
      const include = [
        ...(tag === undefined ? [] : [joined(TagModel, 'tags', { name: tag })]),
        ...(favoritedBy ? [joined(FavoriteModel, 'favoritedBy', { userId: favoritedBy })] : []),
      ];
      const count = literal(
        '(SELECT count(*) FROM favorites AS f WHERE f.articleId = ArticleModel.id)',
      );
      const { rows, count: total } = await ArticleModel.findAndCountAll({
        attributes: { include: [[count, 'favorites']] },
        include,
        distinct: true,
        order: [['id', 'DESC']],
        limit,
        offset,
      });
      const items = rows.map((article) => ({
        article: article as unknown as Article,
        favorites: Number(article.get('favorites')),
      }));
      return { items, total };
    },
    addTags: (article, tags) => (article as unknown as ArticleModel).addTags(tags),
    withAuthor: (query) => query.with('author').all(),
    // #endregion
    close: () => sequelize.close(),
  };
}
