/** Times without a zone are in UTC, whichever way they are written and read, wherever the process runs. */
import { execFileSync } from 'node:child_process';
import { types } from 'pg';
import { describeOn, freshDatabase, type FreshDatabase } from '@quartet/testing';
import { createEngine, type Engine } from '@quartet/db-core';
import { pgDriver } from '@quartet/db-core/drivers';

/** This file runs itself again, in processes of other zones. */
const RUNS_OTHERS = process.env['QUARTET_TEST_ZONE'] === undefined;

describeOn('postgres', 'types without a zone on PostgreSQL', () => {
  let database: FreshDatabase;
  let engine: Engine;
  beforeAll(async () => {
    database = await freshDatabase('postgres');
    engine = createEngine(database.url);
    await engine.execute(
      'create table times (id int, at timestamp default now(), day date default current_date, many timestamp[], days date[])',
    );
  });
  afterAll(async () => {
    await engine.dispose();
    await database.drop();
  });

  const WRITTEN = [
    new Date('2024-02-29T23:30:00.123Z'),
    new Date('1999-12-31T00:00:00.000Z'),
    new Date(Date.UTC(-43, 2, 15, 12)),
    new Date('+012345-06-07T08:09:10.011Z'),
  ];
  test.each(WRITTEN)('%p is read as it was written', async (at) => {
    const day = new Date(at);
    day.setUTCHours(0, 0, 0, 0);
    await engine.execute('truncate times');
    const values = [at, at, [at, null, at], [at, null]];
    await engine.execute('insert into times (at, day, many, days) values ($1, $2, $3, $4)', values);
    const wanted = { at, day, many: [at, null, at], days: [day, null] };
    const sql = 'select at, day, many, days from times';
    const row = (await engine.execute(sql)).one();
    expect([...row]).toEqual(Object.values(wanted));
    const pool = new (pgDriver(engine).Pool)();
    expect((await pool.query(sql)).rows).toEqual([wanted]);
    await pool.query('update times set at = $1', [at]);
    expect(
      (await pool.query('select at::text = (at at time zone $1)::text as same from times', ['UTC']))
        .rows,
    ).toHaveLength(1);
    expect((await engine.execute('select at from times')).scalar()).toEqual(at);
  });

  test('what the database fills in is now', async () => {
    await engine.execute('truncate times');
    await engine.execute('insert into times (id) values (1)');
    const { at, now } = (
      await engine.execute('select at, at::timestamptz as now from times')
    ).one() as unknown as Record<string, Date>;
    expect(at).toEqual(now);
  });

  test('infinity and null stay', async () => {
    const sql =
      "select 'infinity'::timestamp, '-infinity'::date, null::timestamp, array['infinity'::timestamp]";
    expect([...(await engine.execute(sql)).one()]).toEqual([Infinity, -Infinity, null, [Infinity]]);
  });

  test('a parser that the app has set for all of pg is kept', async () => {
    const before: unknown = types.getTypeParser(1114);
    types.setTypeParser(1114, (text: string) => `own ${text}`);
    try {
      const sql = "select timestamp '2020-01-01'";
      expect((await engine.execute(sql)).scalar()).toBe('own 2020-01-01 00:00:00');
    } finally {
      types.setTypeParser(1114, before as (text: string) => unknown);
    }
  });

  test('a library that sets a parser of its own keeps it', async () => {
    const { Client } = pgDriver(engine);
    const client = new Client();
    client.setTypeParser(1114, (text: string) => `own ${text}`);
    const { rows } = await client.query(
      "select timestamp '2020-01-01' as at, date '2020-01-01' as day",
    );
    expect(rows).toEqual([
      { at: 'own 2020-01-01 00:00:00', day: new Date('2020-01-01T00:00:00.000Z') },
    ]);
    const own = { getTypeParser: () => (text: string) => text };
    expect(
      (await new Client({ types: own } as object).query("select timestamp '2020-01-01' as at"))
        .rows,
    ).toEqual([{ at: '2020-01-01 00:00:00' }]);
  });

  if (RUNS_OTHERS)
    test.each(['Asia/Tokyo', 'America/St_Johns'])(
      'the same in %s',
      (zone) => {
        const env = { ...process.env, TZ: zone, QUARTET_TEST_ZONE: zone };
        const args = [require.resolve('jest/bin/jest'), '--runInBand', __filename];
        expect(() => execFileSync(process.execPath, args, { env, stdio: 'pipe' })).not.toThrow();
      },
      60_000,
    );
});
