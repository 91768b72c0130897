import type { Engine, NPlusOneReport, ScopedSession } from '@quartet/db-core';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { expectWarning } from '@quartet/testing';
import { RepeatedReads } from '../src/engine/repeated-reads';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  let engine: Engine;
  let Session: ScopedSession;
  let reports: NPlusOneReport[];

  function use(nPlusOneThreshold: number): void {
    engine = fixture.another({ nPlusOneThreshold });
    Session = scopedSession(sessionmaker({ bind: engine }));
    reports = [];
    engine.on('n-plus-one', (report) => reports.push(report));
  }
  /** As libraries do it that write values into the text. */
  const byId = (id: number): Promise<unknown> =>
    Session.execute(`select name from items where id = ${id}`);

  test('the same read with other values is reported once it has come so often, with the line that asked', async () => {
    use(3);
    await runInScope(async () => {
      await Session.execute('select id from items');
      for (let id = 1; id <= 2; id++) await byId(id);
      expect(reports).toEqual([]);
      for (let id = 3; id <= 8; id++) await byId(id);
      expect(reports).toEqual([
        {
          session: Session(),
          sql: 'select name from items where id = ?',
          count: 3,
          stack: expect.any(String),
          location: expect.stringMatching(/n-plus-one\.test\.ts:\d+/),
        },
      ]);
    });
  });

  test('each session counts for itself, and what it writes begins anew', async () => {
    use(3);
    for (let i = 0; i < 3; i++) await runInScope(() => byId(i));
    await runInScope(async () => {
      for (let i = 0; i < 4; i++) {
        await byId(i);
        await Session.execute('insert into items (name) values (?)', [`n${i}`]);
      }
      await Session.commit();
    });
    for (let i = 0; i < 4; i++) await engine.execute('select 1'); // outside a session
    expect(reports).toEqual([]);
  });

  test('without a listener there is a warning, once for each place', async () => {
    const quiet = fixture.another({ nPlusOneThreshold: 2 });
    const Own = scopedSession(sessionmaker({ bind: quiet }));
    expectWarning(
      /^A session has sent the same statement 2 times.*: select \?\n.*N\+1.*\n.*n-plus-one\.test\.ts/s,
    );
    const warn = jest.spyOn(console, 'warn');
    for (let times = 0; times < 3; times++)
      await runInScope(async () => {
        for (let i = 0; i < 3; i++) await Own.execute(`select ${i}`);
      });
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  test('a slow statement is warned of, without its values, and a fast one is not', async () => {
    const warn = jest.fn();
    const nothing = (): void => undefined;
    const logger = { error: nothing, warn, info: nothing, debug: nothing };
    const slow = fixture.another({ slowQueryMs: 0.000_001, logger });
    await slow.execute("select name from items where name = 'secret'");
    expect(warn.mock.calls).toEqual([
      [
        {
          sql: 'select name from items where name = ?',
          durationMs: expect.any(Number),
          rowCount: 0,
          node: slow.url.node,
        },
        expect.stringMatching(/^A statement took \d+ ms: select name from items where name = \?$/),
      ],
    ]);
    warn.mockClear();
    await slow.execute('select secret from nowhere').catch(nothing);
    expect(warn.mock.calls).toEqual([
      [expect.anything(), expect.stringMatching(/^A statement failed after \d+ ms/)],
    ]);
    warn.mockClear();
    const fast = fixture.another({ slowQueryMs: 600_000, logger });
    await fast.execute('select 1');
    expect(warn).not.toHaveBeenCalled();
  });
});

test('a session that lasts counts no more than a thousand different statements', () => {
  const { describe: read } = createEngine('sqlite://');
  const reports: NPlusOneReport[] = [];
  const reads = new RepeatedReads({}, 2, read, (report) => reports.push(report));
  for (let i = 0; i < 1_001; i++) reads.asked(`select a${i} from t`);
  for (const i of [0, 1_000, 1_000]) reads.asked(`select a${i} from t`);
  expect(reports.map(({ sql }) => sql)).toEqual(['select a0 from t']);
});

test('nothing is counted in production and in tests, or where the limit is 0', () => {
  expect(createEngine('sqlite://').repeatedReads({})).toBeUndefined();
  expect(createEngine('sqlite://', { nPlusOneThreshold: 0 }).repeatedReads({})).toBeUndefined();
  expect(createEngine('sqlite://').observes('query')).toBe(false);
  expect(() => createEngine('sqlite://', { nPlusOneThreshold: -1 })).toThrow(
    /nPlusOneThreshold must be a number above 0/,
  );
  expect(() => createEngine('sqlite://', { slowQueryMs: NaN })).toThrow(
    /slowQueryMs must be a number above 0/,
  );
});
