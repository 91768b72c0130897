/** The exact text of `echo`, but for how long things took. */
import type { Engine } from '@quartet/db-core';
import type { EchoOptions } from '@quartet/db-core/observe';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { Echo } from '@quartet/db-core/observe';
import { onEachEngine } from './support';

/** `  12.3 ms` becomes `    ? ms`, as wide. A BEGIN has a time only where it had to wait, as it may on a busy machine. */
function withoutTimes(line: string): string {
  const shown = /\bBEGIN\b/.test(line) ? '' : '? ms';
  return line.replace(/ +[\d.]+ m?s\b/, (time) => shown.padStart(time.length));
}

async function listen(
  engine: Engine,
  work: () => Promise<unknown>,
  options?: EchoOptions,
): Promise<string[]> {
  const lines: string[] = [];
  const echo = new Echo(engine, (line) => lines.push(withoutTimes(line)), options);
  echo.switch(true);
  await work().catch(() => undefined);
  echo.switch(false);
  return lines;
}

onEachEngine((fixture) => {
  test('a session’s transaction: who, how long, how many rows, what, with which values', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    const lines = await listen(fixture.engine, () =>
      runInScope(async () => {
        await Session.execute('insert into items (name, n) values (:name, :n)', {
          name: 'a',
          n: 1,
        });
        await Session.execute("insert into items (name) values ('b')");
        await Session.beginNested(() => Session.execute('delete from items'));
        await Session.commit();
        await Session.execute('select name\n  from items\n  where name is not null');
        await Session.rollback();
      }),
    );
    const named = fixture.engine.compile('values (:name, :n)', { name: 'a', n: 1 }).sql;
    const savepoint = /SAVEPOINT (.*)/.exec(lines.join('\n'))?.[1];
    const ends = fixture.name === 'mariadb' ? ['#1                       ROLLBACK'] : [];
    const begins = fixture.name === 'mariadb' ? ['#1                       BEGIN (implicit)'] : [];
    expect(lines).toEqual([
      '#1                       BEGIN',
      `#1       ? ms     1 row  insert into items (name, n) ${named}  ['a', 1]`,
      `#1       ? ms     1 row  insert into items (name) values ('b')`,
      `#1                       SAVEPOINT ${savepoint}`,
      '#1       ? ms    2 rows  delete from items',
      `#1                       RELEASE SAVEPOINT ${savepoint}`,
      '#1                       COMMIT',
      ...begins,
      '#1       ? ms    0 rows  select name from items where name is not null',
      ...ends,
    ]);
  });

  test('sessions side by side have numbers, statements outside one have none; what fails is told so', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    const lines = await listen(fixture.engine, async () => {
      await fixture.engine.execute('select 1 as one');
      for (const n of [1, 2]) await runInScope(() => Session.execute(`select ${n} as n`));
      await fixture.engine.execute('select nothing from nowhere');
    });
    expect(lines.filter((line) => line.includes('ms'))).toEqual([
      '         ? ms     1 row  select 1 as one',
      '#1       ? ms     1 row  select 1 as n',
      '#2       ? ms     1 row  select 2 as n',
      '         ? ms    failed  select nothing from nowhere',
    ]);
  });
});

describe('at a glance', () => {
  let engine: Engine;
  beforeAll(() => {
    engine = createEngine('sqlite://');
  });
  afterAll(() => engine.dispose());
  const told = async (sql: string, values: unknown[], options?: EchoOptions): Promise<string> =>
    (await listen(engine, () => engine.execute(sql, values), options))[0]?.slice(25) ?? '';

  test('values are short: long text and bytes by their length, the rest of many by their number', async () => {
    const marks = (n: number): string => Array(n).fill('?').join();
    expect(
      await told(`select ${marks(4)}`, ['x'.repeat(100), Buffer.alloc(7), null, new Date(0)]),
    ).toBe(
      `select ?,?,?,?  ['${'x'.repeat(40)}'… (100 characters), <7 bytes>, null, 1970-01-01T00:00:00.000Z]`,
    );
    expect(await told(`select ${marks(12)}`, Array(12).fill(1))).toBe(
      `select ${marks(12)}  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, … 2 more]`,
    );
  });

  test('a long statement is folded: its beginning and its end are shown', async () => {
    const sql = `select ${Array(200).fill('1').join(', ')} where 1 = ?`;
    const line = await told(sql, [1]);
    expect(line).toMatch(/^select 1, 1, [1, ]+ … [1, ]+ where 1 = \?  \[1\]$/);
    expect(line.length).toBeLessThan(260);
  });

  test('nothing in it gives orders to the terminal', async () => {
    const line = await told("select '\x1b[31m' as red, ?", ['\x1b[2J\n\x9b']);
    expect(line).toBe(String.raw`select '\x1b[31m' as red, ?  ['\x1B[2J\n\x9B']`);
  });

  test('values are left out on request', async () => {
    expect(await told('select ?, ?', [1, 'secret'], { hideParameters: true })).toBe(
      'select ?, ?  [2 values hidden]',
    );
    expect(await told('select ?', ['secret'], { hideParameters: true })).toBe(
      'select ?  [1 value hidden]',
    );
    const lines: string[] = [];
    const silent = createEngine('sqlite://', {
      echo: (line) => lines.push(line),
      hideParameters: true,
    });
    await silent.execute('select ?', ['secret']);
    await silent.dispose();
    expect(lines.join()).toMatch(/select \?  \[1 value hidden\]$/);
  });

  test('colours tell marks, failures and side matters apart, on request', async () => {
    const lines = await listen(
      engine,
      () =>
        engine.begin(async (connection) => {
          await connection.execute('create table t (n)');
          await connection.execute('insert into t values (?)', [1]);
          await connection.execute('select nothing');
        }),
      { colors: true },
    );
    // On a busy machine a statement may take as long as a slow one, whose time is yellow.
    const asQuick = (line: string): string =>
      line.replace('\x1b[33m     ? ms\x1b[39m', '\x1b[2m     ? ms\x1b[22m');
    expect(lines.map(asQuick)).toEqual([
      '                         \x1b[32mBEGIN\x1b[39m',
      '    \x1b[2m     ? ms\x1b[22m \x1b[2m   0 rows\x1b[22m  create table t (n)',
      '    \x1b[2m     ? ms\x1b[22m \x1b[2m    1 row\x1b[22m  insert into t values (?)  \x1b[2m[1]\x1b[22m',
      '    \x1b[2m     ? ms\x1b[22m \x1b[31m   failed\x1b[39m  select nothing',
      '                         \x1b[33mROLLBACK\x1b[39m',
    ]);
  });
});

test('on the console: in colours on a terminal that has them only', async () => {
  const { stdout } = process;
  const before = { isTTY: stdout.isTTY, hasColors: stdout.hasColors };
  const log = jest.spyOn(console, 'log').mockImplementation();
  const told: string[] = [];
  try {
    for (const [isTTY, colors] of [
      [true, true],
      [true, false], // NO_COLOR: Node's hasColors() knows it
      [false, true],
    ]) {
      Object.assign(stdout, { isTTY, hasColors: () => colors });
      const engine = createEngine('sqlite://', { echo: true });
      await engine.execute('select 1');
      await engine.dispose();
      told.push(String(log.mock.lastCall?.[0]));
    }
  } finally {
    Object.assign(stdout, before);
    log.mockRestore();
  }
  expect(told.map((line) => line.includes('\x1b['))).toEqual([true, false, false]);
});
