/** A table whose columns have other types than a model says: for tests of how values are read. */
interface Executor {
  execute(sql: string): Promise<unknown>;
}

const STORED = {
  '"on"': `'0'`,
  n: `'7'`,
  big: `'9007199254740993'`,
  price: `'1.50'`,
  made: `'2026-01-02 03:04:05'`, // current_timestamp
  at: '1767323045', // unixepoch()
  js: `'{"a":[1]}'`,
};

/** What a model has of the one row. */
export const THING = {
  on: false,
  n: 7,
  big: '9007199254740993',
  price: 1.5,
  made: new Date('2026-01-02T03:04:05.000Z'),
  at: new Date('2026-01-02T03:04:05.000Z'),
  js: { a: [1] },
};

/** Makes `things` with columns of `type`, or of none where it is empty, and a row of the values above. SQLite's. */
export async function makeThings(engine: Executor, type: string): Promise<void> {
  const columns = Object.keys(STORED).map((name) => `${name} ${type}`);
  await engine.execute(
    `create table things (id integer primary key, ${columns.join(', ')}, other_id integer)`,
  );
  const names = Object.keys(STORED).join(', ');
  await engine.execute(
    `insert into things (${names}) values (${Object.values(STORED).join(', ')})`,
  );
}
