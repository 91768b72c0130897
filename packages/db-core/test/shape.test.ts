import { createStatementReader } from '../src/sql/statement';
import { RULES } from './lexical-rules';

const DATABASES = Object.entries(RULES).map(
  ([name, rules]) => [name, createStatementReader(rules)] as const,
);
const postgresql = createStatementReader(RULES.postgresql);
const mysql = createStatementReader(RULES.mysql);
const sqlite = createStatementReader(RULES.sqlite);

describe.each(DATABASES)('the shape of a statement on %s', (_name, read) => {
  test.each([
    [
      "select * from users where name = 'it''s me' and id = 7",
      'select * from users where name = ? and id = ?',
    ],
    ['select 1.5e3, -2', 'select ?, -?'],
    ['select a\n\t from  t -- who asks: 12\n where /* 7 */ b=?', 'select a from t where b=?'],
    ['select * from t where id in (1, 2, 3) limit 5', 'select * from t where id in (?) limit ?'],
    ['select * from t where id in (?, ?)', 'select * from t where id in (?)'],
    ['select * from t where id IN(-1)', 'select * from t where id IN(?)'],
    ["insert into t (a, b) values (1, null), ('x', default)", 'insert into t (a, b) values (?)'],
    ['select coalesce(?, ?), f(1)', 'select coalesce(?, ?), f(?)'],
    ['select * from t where a in (select 1)', 'select * from t where a in (select ?)'],
    ["select 'not closed", 'select ?'],
    ['', ''],
  ])('of %s', (sql, shape) => {
    expect(read(sql).shape).toBe(shape);
  });
});

test('strings and placeholders of each database leave nothing of a value in a shape', () => {
  expect(postgresql("select $1, $$it's$$, E'\\'x' , \"a\"").shape).toBe('select ?, ?, ? , "a"');
  expect(mysql("select \"secret\", `a` # secret\n, '\\'secret'").shape).toBe('select ?, `a` , ?');
  expect(sqlite('select :name, @name, ?3, [a b]').shape).toBe('select ?, ?, ?, [a b]');
  const numbered = (n: number): string =>
    postgresql(
      `select * from t where id in (${Array.from({ length: n }, (_, i) => `$${i + 1}`).join(', ')}) limit $${n + 1}`,
    ).shape;
  expect(numbered(2)).toBe(numbered(5));
});

describe.each(DATABASES)('the summary of a statement on %s', (_name, read) => {
  test.each([
    ['select * from users where id = 1', 'SELECT users'],
    [
      'SELECT u.id FROM shop.users AS u, orders o LEFT JOIN "order items" i ON i.id = o.id',
      'SELECT shop.users orders "order items"',
    ],
    ['(select a from t) union (select b from u)', 'SELECT t SELECT u'],
    ['insert into orders (id) select id from carts', 'INSERT orders SELECT carts'],
    ['update users set name = ? where id in (select id from old)', 'UPDATE users SELECT old'],
    ['delete from users where id = ?', 'DELETE users'],
    [
      'with recent as (select * from messages) select * from recent',
      'SELECT messages SELECT recent',
    ],
    ['insert into t (a) values (1) on conflict (a) do update set a = 2', 'INSERT t'],
    ['select * from users for update', 'SELECT users'],
    ['select extract(year from born) from users', 'SELECT users'],
    ['select * from generate_series(1, 3)', 'SELECT'],
    ['select a is distinct from b from t', 'SELECT t'],
    ['create table if not exists users (id int)', 'CREATE TABLE users'],
    ['create unique index i on users (name)', 'CREATE INDEX'],
    ['drop table users', 'DROP TABLE users'],
    ['truncate table users', 'TRUNCATE users'],
    ['select 1', 'SELECT'],
    ['select 1; delete from users', 'SELECT DELETE users'],
    ['COMMIT', 'COMMIT'],
    ['', ''],
  ])('of %s', (sql, summary) => {
    const written = _name === 'mysql' ? sql.replaceAll('"', '`') : sql;
    const expected = _name === 'mysql' ? summary.replaceAll('"', '`') : summary;
    expect(read(written).summary).toBe(expected);
  });
});

test('a summary has whole names, and 255 letters at most', () => {
  const tables = Array.from({ length: 40 }, (_, i) => `a_long_table_name_${i}`);
  const { summary } = sqlite(`select 1 from ${tables.join(', ')}`);
  expect(summary.length).toBeLessThanOrEqual(255);
  expect(tables).toContain(summary.split(' ').at(-1));
});

test('a name that is quoted without need is the name itself, whoever has quoted it', () => {
  expect(postgresql('SELECT "users"."id" FROM "users" AS "users"').summary).toBe('SELECT users');
  expect(mysql('SELECT `users`.`id` FROM `users` AS `users`').summary).toBe('SELECT users');
});
