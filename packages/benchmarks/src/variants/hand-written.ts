/**
 * The routes written by hand in Express, without contract or validation library, as a stranger would write them. The bare
 * driver, db-core's `execute` and the libraries in servers of their own are measured with these, so that only the data access
 * differs.
 */
import type { Express } from 'express';
import express from 'express';

export interface UserRow {
  readonly id: number;
  readonly name: string;
  readonly email: string;
}

export interface MessageRow {
  readonly id: number;
  readonly body: string;
  readonly created_at: Date | string;
  readonly author_id: number;
  readonly author_name: string;
}

export interface Author {
  readonly id: number;
  readonly name: string;
}

/** A message as it is answered. */
export interface MessageBody {
  readonly id: number;
  readonly body: string;
  readonly created_at: Date | string;
  readonly author: Author;
}

export type Written = Pick<MessageBody, 'id' | 'created_at' | 'author'>;

interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
}

/** The operations that the routes need. What they give may have more properties than are answered. */
export interface Data {
  findUser(id: number): Promise<UserRow | undefined>;
  listUsers(limit: number, offset: number): Promise<Page<UserRow>>;
  listMessages(limit: number, offset: number): Promise<Page<MessageBody>>;
  createUser(name: string, email: string): Promise<number>;
  createMessage(
    userId: number,
    body: string,
    tags: readonly string[],
  ): Promise<Written | undefined>;
}

/** The statements; `placeholder` replaces each `?`. */
export const SQL = {
  findUser: 'SELECT id, name, email FROM users WHERE id = ?',
  countUsers: 'SELECT count(*) AS total FROM users',
  listUsers: 'SELECT id, name, email FROM users ORDER BY id LIMIT ? OFFSET ?',
  countMessages: 'SELECT count(*) AS total FROM messages',
  // The page first, then its authors: with a join MariaDB would sort all rows for each page.
  listMessages: `SELECT m.id, m.body, m.created_at, u.id AS author_id, u.name AS author_name
    FROM (SELECT * FROM messages ORDER BY id DESC LIMIT ? OFFSET ?) m JOIN users u ON u.id = m.user_id ORDER BY m.id DESC`,
  createUser: 'INSERT INTO users (name, email) VALUES (?, ?) RETURNING id',
  author: 'SELECT id, name FROM users WHERE id = ?',
  createMessage: 'INSERT INTO messages (user_id, body) VALUES (?, ?) RETURNING id, created_at',
} as const;

/** Get-or-create of tags, and their links: for `n` tags in two statements. */
export function tagSql(
  engine: 'sqlite' | 'postgres' | 'mariadb',
  n: number,
): { insert: string; link: string } {
  const values = Array.from({ length: n }, () => '(?)').join(', ');
  const names = Array.from({ length: n }, () => '?').join(', ');
  const cast = engine === 'postgres' ? '?::int' : '?';
  return {
    insert:
      engine === 'mariadb'
        ? `INSERT IGNORE INTO tags (name) VALUES ${values}`
        : `INSERT INTO tags (name) VALUES ${values} ON CONFLICT DO NOTHING`,
    link: `INSERT INTO message_tags (message_id, tag_id) SELECT ${cast}, id FROM tags WHERE name IN (${names})`,
  };
}

/** `$1, $2 …` for `?`. */
export function numbered(sql: string): string {
  let n = 0;
  return sql.replaceAll('?', () => `$${++n}`);
}

export function handWrittenApp(data: Data, prepare?: (app: Express) => void): Express {
  const app = express();
  app.disable('x-powered-by');
  prepare?.(app);
  app.use((_req, res, next) => {
    res.set('X-Content-Type-Options', 'nosniff');
    next();
  });

  app.get('/nothing', (_req, res) => {
    res.json({ status: 'ok' });
  });

  app.get('/users/:id', async (req, res) => {
    const user = await data.findUser(Number(req.params.id));
    if (user) res.json({ id: user.id, name: user.name, email: user.email });
    else res.status(404).end();
  });

  app.get('/users', async (req, res) => {
    const { page, perPage } = paging(req.query);
    const { items, total } = await data.listUsers(perPage, (page - 1) * perPage);
    const users = items.map(({ id, name, email }) => ({ id, name, email }));
    res.json({ items: users, page, per_page: perPage, total, pages: Math.ceil(total / perPage) });
  });

  app.get('/messages', async (req, res) => {
    const { page, perPage } = paging(req.query);
    const { items, total } = await data.listMessages(perPage, (page - 1) * perPage);
    res.json({
      items,
      page,
      per_page: perPage,
      total,
      pages: Math.ceil(total / perPage),
    });
  });

  app.post('/users', express.json(), async (req, res) => {
    const { name, email } = req.body as { name: string; email: string };
    const id = await data.createUser(name, email);
    res.status(201).location(`/users/${id}`).json({ id, name, email });
  });

  app.post('/users/:id/messages', express.json(), async (req, res) => {
    const { body, tags } = req.body as { body: string; tags: string[] };
    const written = await data.createMessage(Number(req.params.id), body, tags);
    if (!written) return void res.status(404).end();
    const { id, created_at, author } = written;
    res.status(201).location(`/messages/${id}`);
    res.json({
      id,
      body,
      created_at,
      author: { id: author.id, name: author.name },
      tags: [...tags].sort(),
    });
  });
  return app;
}

function paging(query: object): { page: number; perPage: number } {
  const { page = '1', per_page = '20' } = query as { page?: string; per_page?: string };
  return { page: Number(page), perPage: Number(per_page) };
}

/** A message of rows that were joined. */
export function messageBody(row: MessageRow): MessageBody {
  const { id, body, created_at, author_id, author_name } = row;
  return { id, body, created_at, author: { id: author_id, name: author_name } };
}
