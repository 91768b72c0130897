import { tracingChannel } from 'node:diagnostics_channel';
import type {
  CheckoutTrace,
  QueryTrace,
  SessionTrace,
  TransactionTrace,
} from '@quartet/db-core/observe';
import { currentScope, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { onEachEngine } from './support';

type Moment = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error';
const MOMENTS: readonly Moment[] = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

/** What a channel publishes, in order, until `stop()`. */
function listen<T extends object>(
  name: string,
  of: (trace: T) => boolean,
): { seen: [Moment, T][]; moments: () => string; stop: () => void } {
  const seen: [Moment, T][] = [];
  const channel = tracingChannel<unknown, T>(name);
  const handlers = Object.fromEntries(
    MOMENTS.map((moment) => [
      moment,
      (trace: T) => {
        if (of(trace)) seen.push([moment, trace]);
      },
    ]),
  ) as unknown as Parameters<typeof channel.subscribe>[0];
  channel.subscribe(handlers);
  return {
    seen,
    moments: () => seen.map(([moment]) => moment).join(' '),
    stop: () => channel.unsubscribe(handlers),
  };
}

onEachEngine((fixture) => {
  const stops: (() => void)[] = [];
  afterEach(() => stops.splice(0).forEach((stop) => stop()));

  function on<T extends { readonly engine?: unknown }>(name: string) {
    const listening = listen<T>(
      name,
      (trace) => trace.engine === undefined || trace.engine === fixture.engine,
    );
    stops.push(listening.stop);
    return listening;
  }

  test('a statement is published with what is known of it, before and after the driver has it', async () => {
    const { seen, moments } = on<QueryTrace>('quartet:query');
    await fixture.engine.execute('insert into items (name) values (?)', ['a']);
    expect(moments()).toBe('start end asyncStart asyncEnd');
    const traces = new Set(seen.map(([, trace]) => trace));
    expect(traces.size).toBe(1);
    const [trace] = traces;
    expect(trace).toMatchObject({
      sql: fixture.engine.compile('insert into items (name) values (?)', ['a']).sql,
      params: ['a'],
      session: undefined,
      transaction: undefined,
      rowCount: 1,
      durationMs: expect.any(Number),
    });
    expect(trace?.connection).toBeDefined();
    expect(trace).toHaveProperty('result');
  });

  test('a statement that fails publishes the error that its caller gets', async () => {
    const { seen, moments } = on<QueryTrace>('quartet:query');
    const error: unknown = await fixture.engine
      .execute('select nothing from nowhere')
      .catch((e: unknown) => e);
    expect(moments()).toBe('start end error asyncStart asyncEnd');
    expect(seen[0]?.[1].error).toBe((error as Error).cause);
  });

  test('a transaction is published from BEGIN to COMMIT, with its statements in it', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    const transactions = on<TransactionTrace>('quartet:transaction');
    const queries = on<QueryTrace>('quartet:query');
    let session: object | undefined;
    await runInScope(async () => {
      session = Session();
      await Session.execute("insert into items (name) values ('a')");
      await Session.execute('select name from items');
      expect(transactions.moments()).toBe('start end');
      await Session.commit();
    });
    expect(transactions.moments()).toBe('start end asyncStart asyncEnd');
    const [, trace] = transactions.seen[0] ?? [];
    expect(trace).toMatchObject({ outcome: 'commit', endMs: expect.any(Number), session });
    expect(['sent', 'joined', 'implicit']).toContain(trace?.way);
    const inIt = queries.seen
      .filter(([moment]) => moment === 'start')
      .map(([, { transaction }]) => transaction);
    expect(inIt).toEqual([trace, trace]);
    expect(inIt[0]).toBe(trace);
  });

  test('what a scope leaves uncommitted is published as a rollback', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    const { seen, moments } = on<TransactionTrace>('quartet:transaction');
    await runInScope(() => Session.execute("insert into items (name) values ('a')"));
    expect(moments()).toBe('start end asyncStart asyncEnd');
    expect(seen.at(-1)?.[1].outcome).toBe('rollback');
  });

  test('a session is published from its first use to the end of its scope, or to remove()', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    const { seen, moments } = on<SessionTrace & { engine?: undefined }>('quartet:session');
    let scope: object | undefined;
    await runInScope(async () => {
      expect(moments()).toBe('');
      await Session.execute('select 1');
      scope = currentScope();
      expect(moments()).toBe('start end');
      expect(seen[0]?.[1].session).toBe(Session());
    });
    expect(moments()).toBe('start end asyncStart asyncEnd');
    expect(seen.every(([, trace]) => trace.scope === scope)).toBe(true);
    seen.length = 0;
    await runInScope(async () => {
      Session();
      await Session.remove();
      expect(moments()).toBe('start end asyncStart asyncEnd');
    });
    expect(moments()).toBe('start end asyncStart asyncEnd');
  });

  test('waiting for a connection is published, also where none becomes free', async () => {
    const engine = fixture.another({ poolSize: 1, acquireTimeoutMs: 50 });
    const listening = listen<CheckoutTrace>('quartet:checkout', (trace) => trace.engine === engine);
    stops.push(listening.stop);
    const holder = engine.connect();
    await holder.open();
    expect(listening.moments()).toBe('start end asyncStart asyncEnd');
    listening.seen.length = 0;
    const failure: unknown = await engine.execute('select 1').catch((error: unknown) => error);
    expect(listening.moments()).toBe('start end error asyncStart asyncEnd');
    expect(listening.seen[0]?.[1].error).toBe(failure);
    await holder.close();
  });

  test('who subscribes in the middle of a transaction sees its statements, and who leaves sees no more', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    await runInScope(async () => {
      await Session.execute("insert into items (name) values ('a')");
      const queries = on<QueryTrace>('quartet:query');
      const transactions = on<TransactionTrace>('quartet:transaction');
      await Session.execute("insert into items (name) values ('b')");
      expect(queries.seen[0]?.[1].transaction).toBeUndefined();
      queries.stop();
      await Session.execute("insert into items (name) values ('c')");
      await Session.commit();
      expect(queries.moments()).toBe('start end asyncStart asyncEnd');
      expect(transactions.seen).toEqual([]);
    });
    expect(await fixture.names()).toEqual(['a', 'b', 'c']);
  });
});
