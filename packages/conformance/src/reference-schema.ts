/**
 * The four tables, written by hand for each database: what every style's `createAll` must come to, and
 * what a database of another maker looks like.
 *
 * Instants: SQLite has no type for them, so they are ISO 8601 text in UTC, which sorts as time does;
 * MariaDB's default is UTC by its expression, since `current_timestamp` is the writer's own clock.
 * Text: compared byte by byte on MariaDB too, or 'Ana' and 'ana' would be one name there and two elsewhere.
 */
import type { DialectName } from '@quartet/db-core';
import type { TableName } from './probe/probe';

/** `CREATE TABLE IF NOT EXISTS` for each table, in the order in which they refer to each other. */
export const referenceSchema: Record<DialectName, Record<TableName, string>> = {
  sqlite: {
    users: `CREATE TABLE IF NOT EXISTS users (
      id integer PRIMARY KEY AUTOINCREMENT,
      name varchar(50) NOT NULL UNIQUE,
      email varchar(120) NOT NULL UNIQUE)`,
    messages: `CREATE TABLE IF NOT EXISTS messages (
      id integer PRIMARY KEY AUTOINCREMENT,
      user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      body text NOT NULL,
      created_at datetime NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))`,
    tags: `CREATE TABLE IF NOT EXISTS tags (
      id integer PRIMARY KEY AUTOINCREMENT,
      name varchar(50) NOT NULL UNIQUE)`,
    message_tags: `CREATE TABLE IF NOT EXISTS message_tags (
      message_id integer NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
      tag_id integer NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
      PRIMARY KEY (message_id, tag_id))`,
  },
  postgresql: {
    users: `CREATE TABLE IF NOT EXISTS users (
      id serial PRIMARY KEY,
      name varchar(50) NOT NULL UNIQUE,
      email varchar(120) NOT NULL UNIQUE)`,
    messages: `CREATE TABLE IF NOT EXISTS messages (
      id serial PRIMARY KEY,
      user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      body text NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT now())`,
    tags: `CREATE TABLE IF NOT EXISTS tags (
      id serial PRIMARY KEY,
      name varchar(50) NOT NULL UNIQUE)`,
    message_tags: `CREATE TABLE IF NOT EXISTS message_tags (
      message_id integer NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
      tag_id integer NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
      PRIMARY KEY (message_id, tag_id))`,
  },
  mysql: {
    users: `CREATE TABLE IF NOT EXISTS users (
      id int AUTO_INCREMENT PRIMARY KEY,
      name varchar(50) NOT NULL UNIQUE,
      email varchar(120) NOT NULL UNIQUE) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    messages: `CREATE TABLE IF NOT EXISTS messages (
      id int AUTO_INCREMENT PRIMARY KEY,
      user_id int NOT NULL,
      body text NOT NULL,
      created_at datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
      FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    tags: `CREATE TABLE IF NOT EXISTS tags (
      id int AUTO_INCREMENT PRIMARY KEY,
      name varchar(50) NOT NULL UNIQUE) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    message_tags: `CREATE TABLE IF NOT EXISTS message_tags (
      message_id int NOT NULL,
      tag_id int NOT NULL,
      PRIMARY KEY (message_id, tag_id),
      FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE,
      FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  },
};

/** The dialect behind an engine's name in the tests. */
export const dialectOf = { sqlite: 'sqlite', postgres: 'postgresql', mariadb: 'mysql' } as const;
