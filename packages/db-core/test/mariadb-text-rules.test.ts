/** Values on MariaDB are values, whatever modes and character set the server's own defaults are. */
import type { Engine } from '@quartet/db-core';
import { createEngine, InvalidRequestError } from '@quartet/db-core';
import { mysql2Driver } from '@quartet/db-core/drivers';
import type { FreshDatabase } from '@quartet/testing';
import { describeOn, freshDatabase } from '@quartet/testing';
import { textSettings } from '../src/dialects/mysql/text-settings';

const HOSTILE = [
  "' or 1=1 -- ",
  "\\' or 1=1 -- ",
  '" or 1=1 -- ',
  '\\" or 1=1 -- ',
  "中' or 1=1 -- ",
  "é' or 1=1 -- ",
  'back\\slash',
  "O'Brien\\",
  '\0\n\r\u001a\t%_',
];

test.each([
  ['NO_BACKSLASH_ESCAPES', ''],
  ['STRICT_TRANS_TABLES,no_backslash_escapes,NO_ZERO_DATE', 'STRICT_TRANS_TABLES,NO_ZERO_DATE'],
  [
    'REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI',
    'REAL_AS_FLOAT,PIPES_AS_CONCAT,IGNORE_SPACE',
  ],
  ['', ''],
])('of the modes %s the engine keeps %s', (modes, kept) => {
  expect(textSettings(modes)).toContain(`sql_mode = '${kept}'`);
});

describeOn('mariadb', 'the rules of texts on MariaDB', () => {
  let database: FreshDatabase;
  let engine: Engine;
  beforeAll(async () => {
    database = await freshDatabase('mariadb');
    engine = createEngine(database.url, { poolSize: 2 });
    await engine.execute('create table things (name varchar(60) collate utf8mb4_bin)');
    await engine.execute("insert into things values ('hers')");
  });
  afterAll(async () => {
    await engine.dispose();
    await database.drop();
  });

  /** An engine whose connections begin as a server with other defaults gives them. */
  async function withDefaults(
    settings: string,
    use: (other: Engine) => Promise<void>,
  ): Promise<void> {
    const other = createEngine(database.url, { poolSize: 1 });
    const mysql2 = jest.requireActual<typeof import('mysql2')>('mysql2');
    const prototype = (
      mysql2 as unknown as { Connection: { prototype: typeof mysql2.Connection.prototype } }
    ).Connection.prototype;
    const { query } = prototype;
    let begun = false;
    const spy = jest.spyOn(prototype, 'query').mockImplementation(function (
      this: never,
      ...args: never[]
    ) {
      if (!begun) {
        begun = true;
        (query as (this: never, sql: string) => void).call(this, settings);
      }
      return (query as (this: never, ...args: never[]) => never).apply(this, args);
    } as never);
    try {
      await other.ready();
      spy.mockRestore();
      await use(other);
    } finally {
      spy.mockRestore();
      await other.dispose();
    }
  }

  test.each([
    "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
    "SET sql_mode = 'ANSI'",
    'SET NAMES gbk',
    'SET NAMES sjis',
    'SET NAMES latin1',
  ])('with the default %s a hostile value is stored and found as it is', async (settings) => {
    await withDefaults(settings, async (other) => {
      const facade = mysql2Driver(other).createPool({}).promise();
      for (const value of HOSTILE) {
        const row = (await other.execute('select ? as a, ? as b', [value, 'x'])).one();
        expect([...row]).toEqual([value, 'x']);
        expect((await other.execute('select * from things where name = ?', [value])).all()).toEqual(
          [],
        );
        const [rows] = await facade.query('select ? as a', [value]);
        expect(rows).toEqual([{ a: value }]);
      }
    });
  });

  test.each([
    "set sql_mode = 'NO_BACKSLASH_ESCAPES'",
    'set names gbk',
    "set character_set_client = 'sjis'",
  ])(
    'a statement that changes the rules is refused, and its connection closed: %s',
    async (sql) => {
      const connection = engine.connect();
      try {
        await expect(connection.execute(sql)).rejects.toThrow(InvalidRequestError);
      } finally {
        await connection.close();
      }
      expect((await engine.execute('select ? as a', ["' or 1=1 -- "])).scalar()).toBe(
        "' or 1=1 -- ",
      );
    },
  );

  test('the lowest mysql2 that is allowed puts nothing into literals and comments either', async () => {
    jest.resetModules();
    jest.doMock('mysql2', () => jest.requireActual<object>('mysql2-lowest'));
    const lowest = await import('@quartet/db-core');
    const { mysql2Driver: driver } = await import('@quartet/db-core/drivers');
    const other = lowest.createEngine(database.url);
    try {
      const facade = driver(other).createPool({}).promise();
      for (const value of HOSTILE) {
        const sql =
          "select ? as a from things /* why? */ where name <> 'what?' and `name` <> ? -- who?";
        expect((await other.execute(sql, [value, value])).scalar()).toBe(value);
        const [rows] = await facade.query(sql, [value, value]);
        expect(rows).toEqual([{ a: value }]);
      }
    } finally {
      await other.dispose();
      jest.dontMock('mysql2');
      jest.resetModules();
    }
  });
});
