/** A server does what it is asked, and its answer is lost; or it falls silent. What is said of the work, and when? */
import { tracingChannel } from 'node:diagnostics_channel';
import type { EndEvent } from '@quartet/db-core';
import type { TransactionTrace } from '@quartet/db-core/observe';
import type { Engine } from '@quartet/db-core';
import {
  createEngine,
  OperationalError,
  PartialCommitError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { pgDriver } from '@quartet/db-core/drivers';
import type { Proxy } from '@quartet/testing';
import { proxy } from '@quartet/testing';
import { onEachEngine } from './support';

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

onEachEngine((fixture) => {
  if (fixture.name === 'sqlite') {
    test('a file has no answers to lose', () => expect(fixture.engine).toBeDefined());
    return;
  }
  let network: Proxy;
  let engine: Engine;
  beforeEach(async () => {
    network = await proxy(fixture.database.url);
    engine = createEngine(network.url, { preparedStatements: false, networkTimeoutMs: 500 });
  });
  afterEach(async () => {
    await engine.dispose();
    network.close();
  });

  test('of a statement outside a session that writes: the outcome is not known', async () => {
    network.loseAnswerTo('insert into items');
    const error = await caught(engine.execute("insert into items (name) values ('a')"));
    expect(error).toBeInstanceOf(OperationalError);
    expect(error).toMatchObject({
      reason: 'gone',
      outcomeUnknown: true,
      retryable: false,
      message: expect.stringMatching(/not known/) as unknown,
    });
    expect(await fixture.names()).toEqual(['a']);
    expect(engine.status()).toMatchObject({ size: 0, inUse: 0 });
  });

  test('of one that reads, or inside a transaction: nothing was kept', async () => {
    network.loseAnswerTo('select 41');
    expect(await caught(engine.execute('select 41'))).toMatchObject({
      reason: 'gone',
      outcomeUnknown: false,
    });
    network.loseAnswerTo('insert into items');
    const inTransaction = engine.begin((connection) =>
      connection.execute("insert into items (name) values ('b')"),
    );
    expect(await caught(inTransaction)).toMatchObject({ reason: 'gone', outcomeUnknown: false });
    expect(await fixture.names()).toEqual([]);
  });

  if (fixture.name === 'mariadb') {
    test('of DDL inside a transaction, before which MariaDB commits: not known', async () => {
      const work = engine.begin(async (connection) => {
        await connection.execute("insert into items (name) values ('c')");
        network.loseAnswerTo('create table if not exists');
        await connection.execute('create table if not exists lost (n int)');
      });
      expect(await caught(work)).toMatchObject({ reason: 'gone', outcomeUnknown: true });
      expect(await fixture.names()).toEqual(['c']);
    });
  }

  test('of the second of two COMMITs: not known, while a refusal is a refusal', async () => {
    const first = createEngine('sqlite://');
    await first.execute('create table notes (n integer)');
    const Session = scopedSession(sessionmaker({ bind: first }));
    const error = await runInScope(async () => {
      await Session().connection(first).execute('insert into notes values (1)');
      await Session().connection(engine).execute("insert into items (name) values ('d')");
      network.loseAnswerTo('COMMIT');
      return caught(Session.commit());
    });
    expect(error).toBeInstanceOf(PartialCommitError);
    expect(error).toMatchObject({
      outcomeUnknown: true,
      committed: [first],
      failed: engine,
      message: expect.stringMatching(/has committed is not known.*Look at the data/) as unknown,
    });
    expect((error as Error).message).not.toMatch(/rolled back|refused/);
    expect(await fixture.names()).toEqual(['d']);
    await first.dispose();
    const refused = new PartialCommitError([first], engine, new Error('no'));
    expect(refused).toMatchObject({
      outcomeUnknown: false,
      message: expect.stringMatching(/refused to commit/) as unknown,
    });
  });

  test('of COMMIT: watchers are told that the outcome is unknown', async () => {
    const outcomes: unknown[] = [];
    const note = (trace: unknown): void => {
      const { engine: of, outcome, error } = trace as TransactionTrace;
      if (of === engine) outcomes.push([outcome, error]);
    };
    const { asyncEnd } = tracingChannel('quartet:transaction');
    const ends: EndEvent[] = [];
    engine.on('rollback', (event) => ends.push(event));
    asyncEnd.subscribe(note);
    network.loseAnswerTo('COMMIT');
    const error = await caught(
      engine.begin((connection) => connection.execute("insert into items (name) values ('f')")),
    );
    asyncEnd.unsubscribe(note);
    expect(error).toMatchObject({ outcomeUnknown: true });
    expect(outcomes).toEqual([['unknown', error]]);
    expect(ends).toMatchObject([{ error }]);
  });

  if (fixture.name === 'postgres') {
    test('of a statement that a library sends: translateError says so too', async () => {
      const { translateError } = await import('@quartet/db-core');
      const client = new (pgDriver(engine).Client)();
      await client.connect();
      network.loseAnswerTo('insert into items');
      const error = await caught(client.query("insert into items (name) values ('e')"));
      expect(translateError(error)).toMatchObject({ reason: 'gone', outcomeUnknown: true });
      await client.end();
    });
  }

  test('a statement in flight when the network falls silent: its scope ends', async () => {
    const connection = engine.connect();
    await connection.execute('select 1');
    network.silence();
    const running = caught(connection.execute("insert into items (name) values ('f')"));
    await connection.close({ cancel: true });
    expect(await running).toMatchObject({ reason: 'gone', outcomeUnknown: true });
    expect(engine.status()).toMatchObject({ size: 0 });
    expect((await engine.execute('select 1')).scalar()).toBe(1);
  });
});
