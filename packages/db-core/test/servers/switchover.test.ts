/** A switchover on purpose, seen by a process that only reads: it must not go on reading from the server that was the primary. */
import type { Engine } from '@quartet/db-core';
import {
  createEngine,
  currentScope,
  Positions,
  runInScope,
  scopedSession,
  sessionmaker,
  type EngineOptions,
} from '@quartet/db-core';
import { describeServers, startReplicated, until, type Replicated } from '@quartet/testing';

describeServers('mariadb', 'a primary that was demoted, on MariaDB', () => {
  let servers: Replicated;
  const engines: Engine[] = [];

  beforeAll(async () => {
    servers = await startReplicated('mariadb');
    const engine = engineOf(servers.database.url);
    await engine.execute('create table things (id int primary key, n int)');
    await engine.execute('insert into things values (1, 0)');
  });
  afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.dispose())));
  afterAll(() => servers.stop());

  function engineOf(url: string): Engine {
    const engine = createEngine(url);
    engines.push(engine);
    return engine;
  }

  function replicatedEngine(options?: EngineOptions, user?: string): Engine {
    const [primary, replica] = [servers.database.url, servers.replicaUrl].map((url) =>
      user === undefined ? url : Object.assign(new URL(url), { username: user }).href,
    );
    const engine = createEngine({
      primary: primary as string,
      replicas: [replica as string],
      ...options,
    });
    engines.push(engine);
    return engine;
  }

  /** What a request of a user reads, who has written `before`. */
  function read(engine: Engine, before?: string): Promise<unknown> {
    const Session = scopedSession(sessionmaker({ bind: engine }));
    return runInScope(async () => (await Session.execute('select n from things')).scalar(), {
      positions: new Positions({ before }),
    });
  }

  test('a replica whose lag the user may not know is left out, with the reason', async () => {
    const { password } = new URL(servers.primary.url);
    const admin = engineOf(servers.primary.url);
    await admin.execute(`create user plain identified by '${password}'`);
    await admin.execute('grant select, insert, update on *.* to plain');
    const replica = engineOf(servers.replica.url);
    await until(() =>
      replica
        .execute("select count(*) from mysql.user where user = 'plain'")
        .then((result) => Number(result.scalar()) === 1),
    );
    const engine = replicatedEngine({}, 'plain');
    await read(engine);
    expect(engine.status().nodes[1]?.leftOut).toBe('it does not say how far it is behind');
    await engine.execute('update things set n = 0'); // the primary is one all the same
    expect(engine.status().nodes[0]).toMatchObject({ role: 'primary', isWriter: true });
  });

  // The last one, since it changes who is who.
  test('another process reads what was written on the next primary, and nothing from the one before', async () => {
    const reading = replicatedEngine();
    const late = replicatedEngine();
    const holding = replicatedEngine({}, 'plain');
    const held = holding.connect();
    await held.execute('update things set n = n'); // to the server that is the primary by now
    expect([await read(reading), await read(late)]).toEqual([0, 0]);
    const old = engineOf(servers.primary.url);
    await old.execute('set global read_only = 1');
    await servers.promote();

    const writing = replicatedEngine();
    const Session = scopedSession(sessionmaker({ bind: writing }));
    const stale: unknown[] = [];
    for (let n = 1; n <= 20; n++) {
      const before = await runInScope(async () => {
        await Session.execute('update things set n = ?', [n]);
        await Session.commit();
        return String(currentScope()?.positions);
      });
      const seen = await read(reading, before);
      if (seen !== n) stale.push([n, seen]);
    }
    expect(stale).toEqual([]);
    // A connection of the time before finds that its server takes no writes: that says nothing of the one that does.
    await until(async () => {
      await holding.execute('update things set n = n').catch(() => undefined);
      return holding.status().nodes[1]?.isWriter === true;
    });
    await expect(held.execute('update things set n = 0')).rejects.toMatchObject({
      reason: 'read-only',
    });
    await held.close();
    expect(holding.status().nodes).toMatchObject([{ isWriter: false }, { isWriter: true }]);
    // Who has written nothing sees it as well: the server that was the primary is behind for ever.
    await until(async () => {
      await read(late);
      return late.status().nodes[1]?.isWriter === true;
    });
    const seen: unknown[] = [];
    for (let i = 0; i < 20; i++) seen.push(await read(late), await read(writing));
    expect(new Set(seen)).toEqual(new Set([20]));
  });
});
