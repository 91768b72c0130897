import { placeholderCompiler } from '../src/sql/placeholders';
import { RULES } from './lexical-rules';

const sqlite = placeholderCompiler(RULES.sqlite, () => '?');
const mysql = placeholderCompiler(RULES.mysql, () => '?');
const postgresql = placeholderCompiler(RULES.postgresql, (n) => `$${n}`);

describe('every placeholder works on every dialect', () => {
  test.each([
    ['select * from users where id = :1', [1]],
    ['select * from users where id = ?', [1]],
    ['select * from users where id = $1', [1]],
    ['select * from users where id = :id', { id: 1 }],
  ])('%s', (sql, params) => {
    expect(sqlite(sql, params)).toEqual({ sql: 'select * from users where id = ?', params: [1] });
    expect(mysql(sql, params)).toEqual({ sql: 'select * from users where id = ?', params: [1] });
    expect(postgresql(sql, params)).toEqual({
      sql: 'select * from users where id = $1',
      params: [1],
    });
  });

  test('a value may be used twice and out of order', () => {
    expect(sqlite('select $2, $1, $2', ['a', 'b'])).toEqual({
      sql: 'select ?, ?, ?',
      params: ['b', 'a', 'b'],
    });
    expect(postgresql('select :b, :a, :b', { a: 1, b: 2 })).toEqual({
      sql: 'select $1, $2, $3',
      params: [2, 1, 2],
    });
  });
});

describe('what only looks like a placeholder stays', () => {
  test.each([
    "select ':1', '? $1', 'it''s :1', $1",
    'select "a:1?", $1',
    'select 1 -- :1 ? $2\n, $1',
    'select /* :1 ? /* nested */ $9 */ $1',
    'select $1::text, now()::date',
    'select $$ :1 ? $2 $$, $1',
    'select $body$ :1 $$ ? $body$, $1',
    "select E'\\' :1 ', $1",
    'select a[1:2], $1',
    "select '{}'::jsonb ? 'key', $1",
    'select x.a$1b, $1',
    'select $é$ ? :1 $é$, $1',
    "select E'a'\n'b\\' :1 ', $1",
    'select 1 -- :1\r, $1',
  ])('%s', (sql) => {
    expect(postgresql(sql, ['v'])).toEqual({ sql, params: ['v'] });
  });

  test('in MariaDB a backslash escapes, # begins a comment, double quotes are strings', () => {
    const sql = 'select \'\\\' ? \', "? \\" ?" # ?\n, ';
    expect(mysql(`${sql}:v`, { v: 1 })).toEqual({ sql: `${sql}?`, params: [1] });
  });

  test.each(['select 5--:v', 'select 5 --:v', 'select 5-- :w\n, :v', 'select 5--\t:w\n, :v'])(
    'in MariaDB -- begins a comment only before white space: %j',
    (sql) => {
      expect(mysql(sql, { v: 1 })).toEqual({ sql: sql.replace(':v', '?'), params: [1] });
    },
  );

  test('what MariaDB runs in a comment is no comment', () => {
    expect(mysql('select /*!50000 :v */ /*M! + :v */ /* :v */', { v: 1 })).toEqual({
      sql: 'select /*!50000 ? */ /*M! + ? */ /* :v */',
      params: [1, 1],
    });
  });

  test("SQLite's own placeholders are bound as well", () => {
    expect(sqlite('select ?2, ?1, ?2', ['a', 'b'])).toEqual({
      sql: 'select ?, ?, ?',
      params: ['b', 'a', 'b'],
    });
    expect(sqlite('select @a, $b', { a: 1, b: 2 })).toEqual({ sql: 'select ?, ?', params: [1, 2] });
  });

  test('a name may have letters of any alphabet', () => {
    expect(postgresql('select :größe, :имя', { größe: 1, имя: 2 })).toEqual({
      sql: 'select $1, $2',
      params: [1, 2],
    });
  });

  test('in SQLite brackets quote names', () => {
    expect(sqlite('select [a:b ?], :v', { v: 1 })).toEqual({
      sql: 'select [a:b ?], ?',
      params: [1],
    });
  });

  test('a text without parameters is never touched', () => {
    expect(postgresql('select :1 ? $1')).toEqual({ sql: 'select :1 ? $1', params: [] });
  });
});

describe('values that do not fit are refused', () => {
  test.each([
    ['select :name', { nam: 1 }, 'needs a value for :name'],
    ['select :name', [1], 'needs a value for :name'],
    ['select ?, ?', [1], 'at least 2 values but got 1'],
    ['select ?', [1, 2], 'uses 1 of the 2 values'],
    ['select $3', [1], 'at least 3 values'],
    ['select :1', { a: 1 }, 'an array of values'],
    ['select :a', { a: undefined }, 'pass null'],
    ['select ?', [undefined], 'pass null'],
  ])('%s with %p', (sql, params, why) => {
    expect(() => postgresql(sql, params)).toThrow(why);
  });
});
