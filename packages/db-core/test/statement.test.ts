import { createStatementReader } from '../src/sql/statement';
import { RULES } from './lexical-rules';

const sqlite = createStatementReader(RULES.sqlite);
const postgresql = createStatementReader(RULES.postgresql);
const mysql = createStatementReader(RULES.mysql);
const DATABASES = Object.entries({ sqlite, postgresql, mysql });
const ONLY_POSTGRESQL = DATABASES.filter(([name]) => name === 'postgresql');

describe.each(DATABASES)('transaction control on %s', (_name, read) => {
  test.each([
    ['BEGIN', { op: 'begin' }],
    ['begin;', { op: 'begin' }],
    ['BEGIN DEFERRED TRANSACTION;', { op: 'begin' }],
    ['BEGIN IMMEDIATE', { op: 'begin', immediate: true }],
    ['BEGIN EXCLUSIVE TRANSACTION', { op: 'begin', immediate: true }],
    [
      'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY',
      { op: 'begin', isolationLevel: 'SERIALIZABLE', readOnly: true },
    ],
    [
      'begin work isolation level read committed, read write, not deferrable',
      { op: 'begin', isolationLevel: 'READ COMMITTED' },
    ],
    ['START TRANSACTION;', { op: 'begin' }],
    ['START /* now */ TRANSACTION READ ONLY', { op: 'begin', readOnly: true }],
    ['START TRANSACTION WITH CONSISTENT SNAPSHOT', { op: 'begin' }],
    ['/* sent by x */ -- y\n COMMIT', { op: 'commit' }],
    ['END TRANSACTION', { op: 'commit' }],
    ['ROLLBACK;', { op: 'rollback' }],
    ['\t\uFEFFROLLBACK ; ; -- done', { op: 'rollback' }],
    ['ABORT', { op: 'rollback' }],
    ['SAVEPOINT "a b";', { op: 'savepoint', name: '"a b"' }],
    ['SAVEPOINT größe', { op: 'savepoint', name: 'größe' }],
    ['ROLLBACK TO SAVEPOINT Sp1', { op: 'rollback-to', name: 'Sp1' }],
    ['ROLLBACK WORK TO sp1;', { op: 'rollback-to', name: 'sp1' }],
    ['RELEASE SAVEPOINT sp1', { op: 'release', name: 'sp1' }],
    ['RELEASE sp1', { op: 'release', name: 'sp1' }],
    [
      'SET TRANSACTION ISOLATION LEVEL REPEATABLE  READ;',
      { op: 'set-transaction', isolationLevel: 'REPEATABLE READ' },
    ],
  ])('%j', (sql, expected) => {
    expect(read(sql).control).toEqual(expected);
    expect(read(sql).isScript).toBe(false);
    expect(read(sql).opens).toBe(expected.op === 'begin' || expected.op === 'set-transaction');
  });

  test.each([
    'SELECT 1',
    'select * from begins',
    'INSERT INTO commits VALUES (1)',
    "UPDATE t SET a = 'COMMIT'",
    "UPDATE t SET a = '; COMMIT'",
    'SELECT 1; SELECT 2; -- COMMIT',
    '  SELECT 1',
    'SET NAMES utf8mb4',
    'START SLAVE',
    'REPLACE INTO t VALUES (1)',
    'CREATE TABLE t (a int);',
    '',
    ';',
    '-- COMMIT',
    '"COMMIT"',
    'CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET b = CASE WHEN c THEN 1 END; DELETE FROM u; END;',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 1; END',
    'CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM u; DELETE FROM v)',
  ])('%j is none', (sql) => {
    expect(read(sql).control).toBeUndefined();
    expect(read(sql).opens).toBe(false);
    expect(read(sql).isScript).toBe(false);
  });

  test.each([
    'BEGIN; INSERT INTO t VALUES (1); COMMIT',
    'SELECT 1; COMMIT',
    'CREATE INDEX event ON trigger (begin); COMMIT',
    "INSERT INTO t VALUES (';'); /* now */ ROLLBACK;",
    'COMMIT AND CHAIN',
    'ROLLBACK; DROP TABLE t',
    'SET SESSION TRANSACTION READ ONLY',
    'SAVEPOINT a; SELECT 1',
    'SAVEPOINT',
    'BEGIN READ',
    "COMMIT PREPARED 'x'",
    'CREATE TRIGGER a AFTER INSERT ON t BEGIN DELETE FROM u; END; BEGIN; COMMIT',
  ])('%j is refused: what is beside the control words would be lost', (sql) => {
    if (read === mysql && sql.startsWith('CREATE')) return; // takes no second statement there
    expect(() => read(sql).control).toThrow('mixes transaction control with something');
  });
});

describe('transaction control, where databases differ', () => {
  test.each([
    ['a comment in a comment', postgresql, '/* a /* b */ */ rollback', 'rollback'],
    ['a carriage return ends a comment', postgresql, '-- a\rcommit', 'commit'],
    ['a comment with # and one with --', mysql, '# a\n--\tb\n commit', 'commit'],
    ['back ticks', mysql, 'SAVEPOINT `a-1`', 'savepoint'],
    ['brackets', sqlite, 'SAVEPOINT [a 1]', 'savepoint'],
  ])('%s', (_what, read, sql, op) => {
    expect(read(sql).control?.op).toBe(op);
  });

  test.each([
    '/*! COMMIT */',
    '/*!99999 SELECT */ COMMIT',
    "/*!99999 SELECT ' */ COMMIT -- '",
    'SELECT 1 /*M!100100 ; COMMIT */',
    '/*!50000 SET */ TRANSACTION READ ONLY',
    'BEGIN NOT ATOMIC COMMIT; END',
  ])('what MariaDB runs or not, by its version, is refused: %s', (sql) => {
    expect(() => mysql(sql).control).toThrow('mixes transaction control with something');
  });

  test.each([
    '/*!40101 SET NAMES utf8 */',
    '/*! INSERT */ INTO t VALUES (1)',
    '--a\nSELECT 1',
    'CREATE PROCEDURE p() BEGIN IF a THEN COMMIT; END IF; ROLLBACK; END',
    'CREATE PROCEDURE p() IF a THEN COMMIT; END IF',
  ])('none on MariaDB: %s', (sql) => {
    expect(mysql(sql).control).toBeUndefined();
  });

  test.each([
    ['BEGIN; create table t (id int); COMMIT;', false],
    ['begin; select 1; commit', false],
    ['select 1; commit', false],
    ['begin; set local role x', true],
    ['begin; savepoint a; release a; commit and chain', true],
    ['commit; begin', true],
  ])('a script, and whether it leaves a transaction open: %s', (sql, open) => {
    expect(postgresql(sql)).toMatchObject({ isScript: true, several: true, opens: open });
  });
});

describe('a plain read', () => {
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
  ])('%p', (sql) => {
    expect(postgresql(sql).isPlainRead).toBe(true);
    expect(sqlite(sql).isPlainRead).toBe(true);
  });

  test.each([
    `SELECT id FROM t WHERE name = E'it\\'s' AND note = 'insert'`,
    'SELECT $$a; delete$$',
    'SELECT 1 /* /* */ nextval(s) /* */ */',
    // what Knex asks for the types of a table's columns
    'select * from information_schema.columns where table_name = $1 and table_catalog = current_database() and table_schema = current_schema()',
    `SELECT id FROM t WHERE data @> '{"a":1}' AND data ? 'b'`,
  ])('%p, on PostgreSQL', (sql) => {
    expect(postgresql(sql).isPlainRead).toBe(true);
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
    'SELECT a FROM t FOR /* a lock */ NO KEY UPDATE',
    'SELECT pg_catalog.lower(a)',
    'SELECT my.lower(a)',
    'SELECT "lower" /* x */ (a)',
    'SELECT NEXT VALUE FOR s',
    'SELECT 1 WHERE verſion(1)',
    'SELECT 1; SELECT 2',
    'EXPLAIN ANALYZE DELETE FROM t',
    'CALL p()',
    'SHOW TABLES',
    `SELECT '\\', nextval('s'), ''`,
    `SELECT $a$ ' $a$, nextval('s'), ' '`,
    `SELECT 'no end`,
    'SELECT 1 /* no end',
    '',
  ])('%p is not certainly one', (sql) => {
    expect(DATABASES.filter(([, read]) => read(sql).isPlainRead)).toEqual([]);
  });

  test("PostgreSQL's E'…' knows backslashes", () => {
    expect(postgresql(`SELECT E'\\'', nextval('s'), E'\\''`).isPlainRead).toBe(false);
  });

  test("a comment ends where the database's own rules say so", () => {
    const sql = `SELECT 1 /* /* */ , nextval('s') /* */ */`;
    expect(DATABASES.filter(([, read]) => read(sql).isPlainRead)).toEqual(ONLY_POSTGRESQL);
  });

  describe('where a backslash is an escape', () => {
    test.each([
      `SELECT id FROM t WHERE name = 'Robert\\nSmith' AND path = 'C:\\\\'`,
      `SELECT id FROM t WHERE name = 'O''Brien; DROP TABLE t' AND note = "for update"`,
      `SELECT 1 # it's for update`,
      `SELECT id FROM t WHERE name = 'Robert\\'); DROP TABLE t;--'`,
      `SELECT id FROM t WHERE note = "\\", get_lock('a', 1) -- "`,
      `SELECT '\\', nextval('s'), '`,
    ])('%p is one', (sql) => {
      expect(mysql(sql).isPlainRead).toBe(true);
    });

    test.each([
      `SELECT '\\\\', get_lock('\\'', 1)`,
      `SELECT '\\' , ' , get_lock("a", 1)`,
      `SELECT 1 # '\n, get_lock('a', 1)`,
      `SELECT 'a' INTO OUTFILE 'x'`,
      `SELECT 1--get_lock('a', 1)`,
      'SELECT 1 /*! INTO OUTFILE "x" */',
      'SELECT @a := 1',
    ])('%p is not certainly one', (sql) => {
      expect(mysql(sql).isPlainRead).toBe(false);
    });
  });
});

describe('what else a statement is', () => {
  test.each([
    ['select 1', true],
    ['/* a */ select 1', true],
    ['values (1)', true],
    ['explain query plan delete from t', true],
    ['pragma table_info(t)', true],
    ['pragma foreign_keys = on', false],
    ['with a as (select 1) select "delete" from a', true],
    ["with a as (select 'x') insert into t select * from a", false],
    ['with a(b) as (select replace(1, 2, 3)) delete from t', false],
    ['with a as (select 1) update t set b = 1 returning *', true],
    ['insert into t values (1) returning id', true],
    ["insert into t values ('returning')", false],
    ['-- select\ninsert into t values (1)', false],
    ['create table t (a)', false],
  ])('rows on SQLite: %j', (sql, expected) => {
    expect(sqlite(sql).returnsRows).toBe(expected);
  });

  test.each([
    ['create table t (a int)', true],
    ['/* a */ CREATE OR REPLACE TABLE t (a int)', true],
    ['create /* a */ temporary table t (a int)', false],
    ['create or replace temporary table t (a int)', false],
    ['drop temporary table t', false],
    ['drop table t', true],
    ['drop prepare p', false],
    ['analyze table t', true],
    ['analyze local table t', true],
    ['analyze select 1', false],
    ['optimize no_write_to_binlog table t', true],
    ['check table t', true],
    ['checksum table t', false],
    ['repair table t', true],
    ['lock tables t write', true],
    ['unlock tables', false],
    ['load index into cache t', true],
    ["load data infile 'x' into table t", false],
    ["set password = 'x'", true],
    ['set @a = 1', false],
    ['flush tables', true],
    ['insert into t values (1)', false],
    ["select 'create table'", false],
  ])('commits by itself on MariaDB: %j', (sql, expected) => {
    expect(mysql(sql).endsImplicitly).toBe(expected);
  });

  test.each([
    ['select 1; ; -- a', false],
    ["select ';'", false],
    ['select 1; select 2', true],
    ['; select 1', false],
    ['create rule r as on insert to t do also (delete from u; delete from v)', false],
    ['create procedure p() begin atomic select 1; end; select 2', true],
    ['create table event (begin int); select 1', true],
  ])('several: %j', (sql, expected) => {
    expect(postgresql(sql).several).toBe(expected);
  });

  test.each([
    ['select a from t where b = $1', { isPreparable: true, hasLiterals: false }],
    ["select a from t where b = ';'", { isPreparable: true, hasLiterals: true }],
    ['/* a */ insert into t1 values ($1)', { isPreparable: true, hasLiterals: false }],
    ['select a1 from t limit 5', { isPreparable: true, hasLiterals: true }],
    ['select 1; select 2', { isPreparable: false }],
    ['show tables', { isPreparable: false }],
    ['-- a\nalter table t add b int', { isPreparable: false, changesSchema: true }],
    ['select 1; drop table t', { changesSchema: true }],
    ["select 'drop table t'", { changesSchema: false }],
  ])('for the server to keep: %j', (sql, expected) => {
    expect(postgresql(sql)).toMatchObject(expected);
  });

  test.each([
    ['select * from t', true],
    ['select count( /* all */ * ) from t', false],
    ["select '*' /* * */ from t", false],
    ['insert into t values (1) returning *', true],
  ])('columns of a *: %j', (sql, expected) => {
    expect(sqlite(sql).selectsStar).toBe(expected);
  });

  test.each([
    ['/* a */ pragma foreign_keys', true],
    ['vacuum', true],
    ['select 1', false],
  ])('outside of transactions on SQLite: %j', (sql, expected) => {
    expect(sqlite(sql).standsOutside).toBe(expected);
  });
});
