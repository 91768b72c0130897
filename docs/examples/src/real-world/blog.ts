/** The rows of RealWorld, and what a library does in its own way. */
import type { Query } from '@quartet/db-core/orm';

class Row {
  constructor(values: object = {}) {
    Object.assign(this, values);
  }
}
export class User extends Row {
  declare id: number;
  declare username: string;
  declare email: string;
}
export class Tag extends Row {
  declare id: number;
  declare name: string;
}
export class Authored extends Row {
  declare id: number;
  declare authorId: number;
  declare author?: User;
}
export class Article extends Authored {
  declare slug: string;
  declare title: string;
  declare tags?: Tag[];
  declare createdAt: Date;
  declare updatedAt: Date;
}
export class Comment extends Authored {
  declare articleId: number;
  declare article?: Article;
  declare body: string;
}
export class Follow extends Row {
  declare followerId: number;
  declare followedId: number;
}
export class Favorite extends Row {
  declare userId: number;
  declare articleId: number;
  declare article?: Article;
}

type Made<T> = new (values?: Partial<T>) => T;

/** Of a tag's articles, or those that a user likes, the newest first. */
export interface ListOf {
  readonly tag?: string;
  readonly favoritedBy?: number;
  readonly limit: number;
  readonly offset: number;
}
export interface Listed {
  readonly items: readonly { readonly article: Article; readonly favorites: number }[];
  readonly total: number;
}

export interface Blog {
  readonly User: Made<User>;
  readonly Article: Made<Article>;
  readonly Comment: Made<Comment>;
  readonly Tag: Made<Tag>;
  readonly Follow: Made<Follow>;
  readonly Favorite: Made<Favorite>;
  articles(of: ListOf): Promise<Listed>;
  addTags(article: Article, tags: readonly Tag[]): Promise<void>;
  withAuthor<T extends Authored>(query: Query<T>): Promise<readonly T[]>;
  close(): Promise<void>;
}
