import { parseControl, plainReadJudge } from '../src/sql/statement';

describe('transaction control', () => {
  test.each([
    ['BEGIN', { op: 'begin' }],
    ['begin;', { op: 'begin' }],
    ['BEGIN DEFERRED TRANSACTION;', { op: 'begin' }],
    ['BEGIN IMMEDIATE', { op: 'begin', immediate: true }],
    [
      'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY',
      { op: 'begin', isolationLevel: 'SERIALIZABLE', readOnly: true },
    ],
    ['START TRANSACTION;', { op: 'begin' }],
    ['START TRANSACTION READ ONLY', { op: 'begin', readOnly: true }],
    ['/* sent by x */ -- y\n COMMIT', { op: 'commit' }],
    ['END TRANSACTION', { op: 'commit' }],
    ['ROLLBACK;', { op: 'rollback' }],
    ['ABORT', { op: 'rollback' }],
    ['SAVEPOINT "a b";', { op: 'savepoint', name: '"a b"' }],
    ['SAVEPOINT `a-1`', { op: 'savepoint', name: '`a-1`' }],
    ['ROLLBACK TO SAVEPOINT sp1', { op: 'rollback-to', name: 'sp1' }],
    ['ROLLBACK TO sp1;', { op: 'rollback-to', name: 'sp1' }],
    ['RELEASE SAVEPOINT sp1', { op: 'release', name: 'sp1' }],
    ['RELEASE sp1', { op: 'release', name: 'sp1' }],
    [
      'SET TRANSACTION ISOLATION LEVEL REPEATABLE  READ;',
      { op: 'set-transaction', isolationLevel: 'REPEATABLE READ' },
    ],
  ])('%s', (sql, expected) => {
    expect(parseControl(sql)).toEqual(expected);
  });

  test.each([
    'SELECT 1',
    'select * from begins',
    'INSERT INTO commits VALUES (1)',
    "UPDATE t SET a = 'COMMIT'",
    '  SELECT 1',
    'SET NAMES utf8mb4',
    'REPLACE INTO t VALUES (1)',
    'CREATE TABLE t (a int)',
    '',
  ])('%p is none', (sql) => {
    expect(parseControl(sql)).toBeUndefined();
  });

  test.each([
    'BEGIN; INSERT INTO t VALUES (1); COMMIT',
    'COMMIT AND CHAIN',
    'ROLLBACK; DROP TABLE t',
    'SET SESSION TRANSACTION READ ONLY',
    'SAVEPOINT a; SELECT 1',
    "COMMIT PREPARED 'x'",
  ])('%p is refused: what is behind the control word would be lost', (sql) => {
    expect(() => parseControl(sql)).toThrow('mixes transaction control with something');
  });
});

describe('a plain read', () => {
  const isPlainRead = plainReadJudge();
  test.each([
    'SELECT 1',
    '  select * from users where id = $1',
    'SELECT count(*), lower(name) FROM users GROUP BY name HAVING count(*) > 1',
    `SELECT "User"."id" FROM "users" AS "User" WHERE "User"."name" = 'for update'`,
    'SELECT u.id FROM `users` u LEFT JOIN messages m ON (m.user_id = u.id) WHERE u.id IN (1, 2) LIMIT 20',
    '(SELECT 1)',
    'SELECT 1;',
    'SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u) -- for update',
    `SELECT id FROM t WHERE name = '\\' OR name = '$1$' OR name = '$$' OR name = '/*! x */'`,
    `SELECT id FROM t WHERE name = 'O''Brien; DELETE FROM t; --'`,
    `SELECT id FROM t WHERE name = E'it\\'s' AND note = 'insert'`,
  ])('%p', (sql) => {
    expect(isPlainRead(sql)).toBe(true);
    expect(isPlainRead(sql)).toBe(true); // remembered
  });

  test.each([
    'INSERT INTO t VALUES (1)',
    'SELECT * FROM t FOR UPDATE',
    'SELECT * FROM t\nFOR  SHARE',
    'SELECT * FROM t LOCK IN SHARE MODE',
    'SELECT * INTO copy FROM t',
    'WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x',
    "SELECT nextval('s')",
    'SELECT my_function()',
    'SELECT "my_function"()',
    'SELECT pg_advisory_lock(1)',
    'SELECT GET_LOCK("a", 1)',
    'SELECT 1; DELETE FROM t',
    'SELECT $$a$$',
    'SELECT 1 /*! INTO OUTFILE "x" */',
    'EXPLAIN ANALYZE DELETE FROM t',
    'CALL p()',
    'SHOW TABLES',
    `SELECT '\\', nextval('s'), '`,
    `SELECT '\\', nextval('s'), ''`,
    `SELECT E'\\'', nextval('s'), E'\\''`,
    `SELECT $a$ ' $a$, nextval('s'), ' '`,
    `SELECT 1 /* /* */ , nextval('s') /* */ */`,
    `SELECT 'no end`,
    '',
  ])('%p is not certainly one', (sql) => {
    expect(isPlainRead(sql)).toBe(false);
  });

  describe('where a backslash is an escape', () => {
    const isPlainMysqlRead = plainReadJudge({ backslashEscapes: true });
    test.each([
      `SELECT id FROM t WHERE name = 'Robert\\'); DROP TABLE t;--'`,
      `SELECT id FROM t WHERE name = '\\\\' AND note = "say \\"insert\\""`,
      `SELECT 1 # it's for update`,
    ])('%p is one', (sql) => {
      expect(isPlainMysqlRead(sql)).toBe(true);
    });

    test.each([
      `SELECT '\\\\', get_lock('\\'', 1)`,
      `SELECT '\\' , ' , get_lock("a", 1)`,
      `SELECT 1 # '\n, get_lock('a', 1)`,
      `SELECT 'a' INTO OUTFILE 'x'`,
      `SELECT 1--get_lock('a', 1)`,
    ])('%p is not certainly one', (sql) => {
      expect(isPlainMysqlRead(sql)).toBe(false);
    });
  });
});
