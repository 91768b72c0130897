import type { Connection, LeakReport } from '@quartet/db-core';
import { OperationalError, PendingRollbackError, PoolTimeoutError } from '@quartet/db-core';
import { setTimeout as timer } from 'node:timers/promises';
import { until } from '@quartet/testing';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  const hold = async (engine = fixture.engine): Promise<Connection> => {
    const connection = engine.connect();
    await connection.begin();
    await connection.execute('select name from items');
    await connection.ping();
    return connection;
  };

  test('an engine opens nothing before the first statement', () => {
    expect(fixture.another().status()).toMatchObject({ size: 0, opened: 0, checkouts: 0 });
  });

  test('connections are reused: a thousand statements, one connection', async () => {
    const engine = fixture.another();
    for (let i = 0; i < 1000; i++) await engine.execute('select 1');
    expect(engine.status()).toMatchObject({ size: 1, idle: 1, opened: 1, checkouts: 1000 });
  });

  test('whoever waits gets a connection in the order of asking', async () => {
    const engine = fixture.another({ poolSize: 1 });
    const holder = await hold(engine);
    const order: number[] = [];
    const waiting = [1, 2, 3].map((n) => engine.execute('select 1').then(() => order.push(n)));
    expect(engine.status()).toMatchObject({ waiting: 3, inUse: 1 });
    await holder.close();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
    expect(engine.status()).toMatchObject({ size: 1, waiting: 0, inUse: 0 });
  });

  test('an exhausted pool says so in time, and recovers', async () => {
    const engine = fixture.another({ poolSize: 2, acquireTimeoutMs: 30 });
    const holders = [await hold(engine), await hold(engine)];
    const failure = engine.execute('select 1');
    await expect(failure).rejects.toThrow(PoolTimeoutError);
    await expect(failure).rejects.toThrow('All 2 connections of the pool were in use for 30 ms');
    expect(engine.status().waiting).toBe(0);
    await Promise.all(holders.map((holder) => holder.close()));
    expect((await engine.execute('select 1')).scalar()).toBe(1);
  });

  test('dispose closes what is idle, refuses the rest with the reason, and takes late connections back', async () => {
    const engine = fixture.another({ poolSize: 1 });
    const holder = await hold(engine);
    const waiting = engine.execute('select 1');
    await engine.dispose();
    await expect(waiting).rejects.toThrow('disposed while a connection was waited for');
    await expect(engine.execute('select 1')).rejects.toThrow('This engine was disposed');
    await holder.close();
    expect(engine.status()).toMatchObject({ size: 0, inUse: 0 });
  });

  test('a connection older than recycleSeconds is replaced', async () => {
    const engine = fixture.another({ recycleSeconds: 0.001 });
    await engine.execute('select 1');
    const until = Date.now() + 5;
    while (Date.now() < until);
    await engine.execute('select 1');
    expect(engine.status().opened).toBe(2); // which may be too old by now as well
  });

  test('an idle connection is closed after a time, and so many stay', async () => {
    const engine = fixture.another({ idleTimeoutMs: 20, minPoolSize: 2, poolSize: 4 });
    const holders = await Promise.all([1, 2, 3, 4].map(() => hold(engine)));
    for (const holder of holders) await holder.close();
    expect(engine.status()).toMatchObject({ size: 4, idle: 4 });
    await until(() => engine.status().size === 2);
    await timer(40);
    expect(engine.status()).toMatchObject({ size: 2, idle: 2, opened: 4 });
  });

  test('one that comes later is closed in its time, not in that of one before', async () => {
    const engine = fixture.another({ idleTimeoutMs: 20, minPoolSize: 1, recycleSeconds: 3600 });
    await engine.execute('select 1'); // stays for an hour
    const [one, two] = await Promise.all([hold(engine), hold(engine)]);
    await one?.close();
    await two?.close();
    expect(engine.status()).toMatchObject({ size: 2, idle: 2 });
    await until(() => engine.status().size === 1);
  });

  test('a busy connection is not idle', async () => {
    const engine = fixture.another({ idleTimeoutMs: 60, minPoolSize: 0 });
    for (let i = 0; i < 12; i++) {
      await engine.execute('select 1');
      await timer(10);
    }
    expect(engine.status()).toMatchObject({ size: 1, opened: 1 });
    await until(() => engine.status().size === 0);
  });

  test('one that is too old is closed where it lies, and when it comes back', async () => {
    const engine = fixture.another({ recycleSeconds: 0.03, idleTimeoutMs: 0 });
    const holder = await hold(engine);
    await engine.execute('select 1');
    await until(() => engine.status().size === 1); // the idle one, by itself
    await timer(40);
    await holder.close();
    expect(engine.status()).toMatchObject({ size: 0, opened: 2 });
  });

  test('drain() closes all that are open, those in use when they come back, and the engine goes on', async () => {
    const engine = fixture.another({ poolSize: 3 });
    const [one, two, three] = await Promise.all([hold(engine), hold(engine), hold(engine)]);
    await three?.close();
    let drained = false;
    const draining = engine.drain().then(() => (drained = true));
    expect(engine.status()).toMatchObject({ size: 2, idle: 0, inUse: 2 });
    expect((await engine.execute('select 1')).scalar()).toBe(1);
    expect(engine.status()).toMatchObject({ size: 3, idle: 1, opened: 4 }); // a new one, which stays
    await one?.close();
    expect(drained).toBe(false);
    await two?.close();
    await draining;
    expect(engine.status()).toMatchObject({ size: 1, idle: 1, opened: 4 });
    await engine.drain();
    await engine.drain();
    expect(engine.status()).toMatchObject({ size: 0 });
  });

  test('drain() has an end, and a caller who waits gets a new connection', async () => {
    const engine = fixture.another({ poolSize: 1 });
    const holder = await hold(engine);
    const waiting = engine.execute('select 1');
    const draining = engine.drain({ timeoutMs: 20 });
    await expect(draining).rejects.toThrow(PoolTimeoutError);
    await expect(draining).rejects.toThrow('1 connection was still in use 20 ms after drain()');
    await holder.close();
    await waiting;
    expect(engine.status()).toMatchObject({ size: 1, opened: 2 });
    await expect(engine.drain({ timeout: 1 } as never)).rejects.toThrow("did you mean 'timeoutMs'");
    await expect(engine.drain({ timeoutMs: 0 })).rejects.toThrow('above 0');
  });

  test('dispose() during drain() ends both', async () => {
    const engine = fixture.another({ poolSize: 2 });
    const holder = await hold(engine);
    await engine.execute('select 1');
    const draining = engine.drain();
    await engine.dispose();
    await holder.close();
    await draining;
    expect(engine.status()).toMatchObject({ size: 0 });
  });

  test('a connection held too long is reported with the stack that took it', async () => {
    const engine = fixture.another({ leakThresholdMs: 5 });
    async function forgetsToClose() {
      const connection = engine.connect();
      await connection.execute('select name from items');
      return connection;
    }
    const reported = new Promise<LeakReport>((resolve) => engine.once('leak', resolve));
    const holder = await forgetsToClose();
    const { heldMs, stack } = await reported;
    expect(heldMs).toBeGreaterThanOrEqual(4);
    expect(stack).toContain('forgetsToClose');
    await holder.close();
  });

  const KILL = { postgres: 'select pg_terminate_backend($1)', mariadb: 'kill ?' };
  if (fixture.name !== 'sqlite') {
    const name = fixture.name as 'postgres' | 'mariadb';
    const killed = async (connection: Connection) => {
      const id = (
        await connection.execute(
          name === 'postgres' ? 'select pg_backend_pid()' : 'select connection_id()',
        )
      ).scalar();
      return () =>
        fixture.engine.execute(
          KILL[name].replace('?', String(id)),
          name === 'postgres' ? [id] : undefined,
        );
    };

    test('a statement that runs too long is stopped by the server, and the connection goes on', async () => {
      const engine = fixture.another({ statementTimeoutMs: 50 });
      const slow = { postgres: 'select pg_sleep(20)', mariadb: 'select sleep(20)' }[name];
      const failure = await engine.execute(slow).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OperationalError);
      expect(failure).toMatchObject({ reason: 'timeout' });
      expect((await engine.execute('select 1')).scalar()).toBe(1);
      expect(engine.status()).toMatchObject({ size: 1, opened: 1 });
    });

    test('a connection killed while idle is replaced: with prePing nobody notices', async () => {
      const engine = fixture.another({ prePing: true });
      const connection = engine.connect();
      const kill = await killed(connection);
      await connection.close();
      await kill();
      expect((await engine.execute('select 1')).scalar()).toBe(1);
      expect(engine.status()).toMatchObject({ size: 1, opened: 2 });
    });

    test('a connection killed in a transaction loses it: refused until rollback, then a new connection', async () => {
      const connection = fixture.another().connect({ autobegin: true });
      await connection.execute("insert into items (name) values ('a')");
      await (await killed(connection))();
      const failure = await connection.execute('select 1').catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OperationalError);
      expect(failure).toMatchObject({ reason: 'gone' });
      await expect(connection.execute('select 1')).rejects.toThrow(
        'broke in the middle of this transaction',
      );
      await expect(connection.commit()).rejects.toThrow('call rollback()');
      await connection.rollback();
      expect((await connection.execute('select 1')).scalar()).toBe(1);
      await connection.close();
      expect(await fixture.names()).toEqual([]);
    });

    test('a connection killed in a savepoint is told as the loss it is, when the savepoint ends', async () => {
      const connection = fixture.another().connect({ autobegin: true });
      await connection.execute("insert into items (name) values ('a')");
      const failure = await connection
        .beginNested(async () => {
          await connection.execute("insert into items (name) values ('b')");
          await (await killed(connection))();
        })
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OperationalError);
      expect(failure).toMatchObject({ reason: 'gone' });
      const refused = await connection.commit().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(PendingRollbackError);
      expect(refused).toMatchObject({ cause: expect.any(OperationalError) });
      expect(refused).toMatchObject({ cause: { reason: 'gone' } });
      await connection.rollback();
      expect((await connection.execute('select 1')).scalar()).toBe(1);
      await connection.close();
      expect(await fixture.names()).toEqual([]);
    });
  }

  test('a database that cannot be reached is named, without its password', async () => {
    if (fixture.name === 'sqlite') return;
    const { createEngine } = await import('@quartet/db-core');
    const url = new URL(fixture.database.url);
    url.port = '1';
    url.password = 's3cret';
    const engine = createEngine(url.href);
    const failure = await engine.execute('select 1').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('No connection to'),
    });
    expect(String((failure as Error).message)).not.toContain('s3cret');
    expect(engine.status()).toMatchObject({ size: 0, inUse: 0 });
  });
});
