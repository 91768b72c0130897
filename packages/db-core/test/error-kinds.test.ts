/** The same mistake is an error of the same class on every database, with what is at fault. */
import {
  ArgumentError,
  createEngine,
  DatabaseError,
  DataError,
  IntegrityError,
  InvalidRequestError,
  OperationalError,
  ProgrammingError,
  translateError,
} from '@quartet/db-core';
import { onEachEngine } from './support';

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

onEachEngine((fixture) => {
  const { name } = fixture;
  const failure = (sql: string, params?: unknown[]) => caught(fixture.engine.execute(sql, params));
  const quote = name === 'mariadb' ? '`' : '"';
  const column = `${quote}userName${quote}`;

  beforeAll(async () => {
    const { engine } = fixture;
    await engine.execute(
      `create table parents (id int primary key, ${column} varchar(20) not null, n int, constraint positive check (n > 0))`,
    );
    await engine.execute(`create unique index by_names on parents (${column}, n)`);
    await engine.execute(
      `create table children (id int primary key, parent_id int, constraint child_of foreign key (parent_id) references parents (id) on delete restrict)`,
    );
    await engine.execute(`insert into parents values (1, 'ann', 1)`);
    await engine.execute(`insert into children values (1, 1)`);
  });

  test('a duplicate names the table and the columns of its key', async () => {
    const unique = { kind: 'unique', table: 'parents' };
    const duplicate = await failure(`insert into parents values (2, 'ann', 1)`);
    expect(duplicate).toBeInstanceOf(IntegrityError);
    expect(duplicate).toMatchObject({ ...unique, columns: ['userName', 'n'] });
    expect(await failure(`insert into parents values (1, 'bob', 1)`)).toMatchObject({
      ...unique,
      columns: ['id'],
    });
  });

  test('a duplicate inside a transaction leaves it as it was', async () => {
    if (name === 'postgres') return; // where any failure ends it
    await fixture.engine.begin(async (connection) => {
      await connection.execute(`insert into items (name) values ('kept')`);
      const error = await caught(connection.execute(`insert into items (name) values ('kept')`));
      expect(error).toMatchObject({ kind: 'unique', table: 'items', columns: ['name'] });
      expect(connection.inTransaction).toBe(true);
    });
    expect(await fixture.names()).toEqual(['kept']);
  });

  test('a missing value names its column and table', async () => {
    const missing = { kind: 'not-null', columns: ['userName'], table: 'parents' };
    expect(await failure(`insert into parents values (3, null, 1)`)).toMatchObject(missing);
    expect(await failure(`insert into parents (id, n) values (3, 1)`)).toMatchObject(missing);
  });

  test('a broken reference and a broken check name what the database knows of them', async () => {
    const orphan = await failure('insert into children values (2, 99)');
    const parent = await failure('delete from parents where id = 1');
    const check = await failure(`insert into parents values (4, 'cid', -1)`);
    expect([orphan, parent, check]).toMatchObject([
      { kind: 'foreign-key' },
      { kind: 'foreign-key' },
      { kind: 'check', constraint: 'positive', columns: [] },
    ]);
    if (name === 'sqlite') return; // tells nothing of references
    expect(orphan).toMatchObject({
      table: 'children',
      columns: ['parent_id'],
      constraint: 'child_of',
    });
    expect(parent).toMatchObject({ table: 'children', constraint: 'child_of' });
    expect(check).toMatchObject({ table: 'parents' });
  });

  test('a write in a transaction that only reads is a mistake of the program', async () => {
    const connection = fixture.engine.connect();
    await connection.begin({ readOnly: true });
    const error = await caught(connection.execute(`insert into items (name) values ('a')`));
    expect(error).toBeInstanceOf(ProgrammingError);
    await connection.close();
  });

  test("a trigger's own refusal keeps its text and is no violation of a constraint", async () => {
    await fixture.engine.execute('create table accounts (balance int)');
    for (const sql of TRIGGERS[name]) await fixture.engine.execute(sql);
    const error = await failure('insert into accounts values (-1)');
    expect(error).toBeInstanceOf(DatabaseError);
    expect([(error as Error).constructor.name, (error as Error).message]).toEqual([
      'DatabaseError',
      'balance too low',
    ]);
  });

  test('a value of the wrong type does not fit', async () => {
    const strict = name === 'sqlite' ? ' strict' : '';
    await fixture.engine.execute(`create table numbers (n int)${strict}`);
    expect(await failure("insert into numbers values ('x')")).toBeInstanceOf(DataError);
  });

  test('a text with a NUL character is refused before it is sent, and the connection goes on', async () => {
    if (name === 'mariadb') return; // which reads on behind it
    const engine = fixture.another({ poolSize: 1 });
    for (const sql of [`select 1 as "a\0b"`, `delete from items where n = 1 \0 and name = 'x'`])
      expect(await caught(engine.execute(sql))).toBeInstanceOf(ArgumentError);
    await engine.execute('select 1');
    expect(engine.status()).toMatchObject({ opened: 1 });
  });

  test('more values than a statement may have are refused before anything is sent', async () => {
    if (name === 'mariadb') return; // takes any number
    const values = Array.from({ length: 66_000 }, (_, i) => i);
    const sql = `select 1 where 0 in (${values.map(() => '?').join()})`;
    const error = await failure(sql, values);
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(/more values than .* takes.*split it/);
  });

  test('several statements in one text: a result, or a refusal in words and nothing done', async () => {
    const sql = `insert into items (name) values ('a'); insert into items (name) values ('b')`;
    const error = await failure(sql);
    expect(fixture.engine.describe(sql).several).toBe(true);
    if (name === 'postgres') expect(error).toBeUndefined();
    if (name === 'sqlite') expect(error).toBeInstanceOf(InvalidRequestError);
    if (name === 'sqlite') expect(String(error)).toMatch(/one by one.*exec\(\)/);
    if (name === 'mariadb') expect(error).toBeInstanceOf(ProgrammingError);
    expect(await fixture.names()).toEqual(name === 'postgres' ? ['a', 'b'] : []);
    if (name === 'sqlite') expect(await failure('-- nothing')).toBeInstanceOf(ProgrammingError);
  });

  if (name !== 'sqlite') {
    test('a server that takes no writes: to be tried again, on another connection', async () => {
      const url = new URL(fixture.database.url);
      const [make, allow, drop] = READERS[name](url.pathname.slice(1));
      for (const sql of make) await fixture.engine.execute(sql);
      url.username = 'quartet_reader';
      url.password = 'x';
      const engine = createEngine(url.href, { poolSize: 1 });
      try {
        const error = await caught(engine.execute(`insert into items (name) values ('a')`));
        expect(error).toBeInstanceOf(OperationalError);
        expect(error).toMatchObject({ reason: 'read-only', retryable: true });
        expect(engine.status()).toMatchObject({ size: 0 });
        await fixture.engine.execute(allow);
        await engine.execute(`insert into items (name) values ('a')`);
        expect(engine.status()).toMatchObject({ size: 1, opened: 2 });
      } finally {
        await engine.dispose();
        await fixture.engine.execute(allow);
        for (const sql of drop) await fixture.engine.execute(sql);
      }
    });
  }
});

const TRIGGERS = {
  sqlite: [
    "create trigger low before insert on accounts when new.balance < 0 begin select raise(abort, 'balance too low'); end",
  ],
  postgres: [
    "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'balance too low'; end $$",
    'create trigger low before insert on accounts for each row when (new.balance < 0) execute function refuse()',
  ],
  mariadb: [
    "create trigger low before insert on accounts for each row begin if new.balance < 0 then signal sqlstate '45000' set message_text = 'balance too low'; end if; end",
  ],
};

/** A user for whom the server takes no writes: how to make it, to let it write, and to remove it. */
const READERS = {
  postgres: () =>
    [
      [
        "create role quartet_reader login password 'x'",
        'grant all on items, items_id_seq to quartet_reader',
        'alter role quartet_reader set default_transaction_read_only = on',
      ],
      'alter role quartet_reader set default_transaction_read_only = off',
      ['drop owned by quartet_reader', 'drop role quartet_reader'],
    ] as const,
  mariadb: (database: string) =>
    [
      [
        "create or replace user quartet_reader@'%' identified by 'x'",
        `grant select, insert on ${database}.* to quartet_reader@'%'`,
        'set global read_only = 1',
      ],
      'set global read_only = 0',
      ["drop user quartet_reader@'%'"],
    ] as const,
};

describe("drivers' errors, by their codes", () => {
  const read = (error: object) => translateError(Object.assign(new Error('it said so'), error));

  test.each([
    [{ code: '42P05', severity: 'ERROR' }, { code: 'PROGRAMMING' }],
    [{ code: '26000', severity: 'ERROR' }, { code: 'PROGRAMMING' }],
    [{ code: '08P01', severity: 'ERROR' }, { reason: 'gone' }],
    [
      { code: '08007', severity: 'ERROR' },
      { reason: 'gone', outcomeUnknown: true },
    ],
    [{ code: '25P03', severity: 'FATAL' }, { reason: 'gone' }],
    [{ code: '53100', severity: 'ERROR' }, { reason: 'not-ready' }],
    [
      { errno: 1180, sqlState: 'HY000' },
      { reason: 'not-ready', outcomeUnknown: true, retryable: false },
    ],
    [
      { errno: 1047, sqlState: '08S01' },
      { reason: 'not-ready', outcomeUnknown: false },
    ],
    [
      { errno: 9007, sqlState: 'HY000' },
      { reason: 'serialization', retryable: true },
    ],
    [
      { errno: 8028, sqlState: 'HY000' },
      { reason: 'schema-changed', retryable: true },
    ],
    [
      { errno: 8501, sqlState: 'HY000' },
      { reason: 'gone', outcomeUnknown: true, retryable: false },
    ],
    [{ errno: 9005, sqlState: 'HY000' }, { reason: 'not-ready' }],
    [{ errno: 1365, sqlState: '22012' }, { code: 'DATA' }],
    [{ errno: 1290, sqlState: 'HY000' }, { code: 'PROGRAMMING' }],
    [{ code: 'SQLITE_CORRUPT' }, { code: 'DATABASE' }],
    [{ code: 'SQLITE_IOERR_WRITE' }, { reason: 'not-ready' }],
    [{ code: 'SQLITE_BUSY_SNAPSHOT' }, { reason: 'busy' }],
  ])('%j is %j', (given, expected) => {
    expect(read(given)).toMatchObject(expected);
  });

  test("of a library's error with a copy of the fields, the driver's own text is kept", () => {
    const driverError = Object.assign(new Error('UNIQUE constraint failed: a.b'), {
      code: 'SQLITE_CONSTRAINT_UNIQUE',
    });
    const wrapped = { ...driverError, message: `SqliteError: ${driverError.message}`, driverError };
    expect(translateError(wrapped)).toMatchObject({
      message: 'UNIQUE constraint failed: a.b',
      cause: driverError,
    });
  });
});
