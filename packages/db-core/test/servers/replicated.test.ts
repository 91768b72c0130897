/** One engine on a primary and its replica: where statements go, what is read there, and what happens when one of them is away. */
import type { Engine, EngineOptions, QueryEvent } from '@quartet/db-core';
import {
  createEngine,
  currentScope,
  OperationalError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import {
  describeServers,
  freshDatabase,
  proxy,
  startReplicated,
  until,
  type Replicated,
} from '@quartet/testing';

const ENGINES = ['postgres', 'mariadb'] as const;

for (const name of ENGINES)
  describeServers(name, `a primary and a replica, on ${name}`, () => {
    let servers: Replicated;
    const engines: Engine[] = [];

    beforeAll(async () => {
      servers = await startReplicated(name);
      const engine = engineOf(servers.database.url);
      await engine.execute('create table things (id int primary key, n int)');
      await engine.execute('insert into things values (1, 0)');
    });
    afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.dispose())));
    afterAll(() => servers.stop());

    /** Disposed after the test. */
    function engineOf(url: string, options?: EngineOptions): Engine {
      const engine = createEngine(url, options);
      engines.push(engine);
      return engine;
    }

    /** In the wrong order, so that nothing counts on it. */
    function replicatedEngine(options?: EngineOptions): Engine {
      const engine = createEngine({
        primary: servers.replicaUrl,
        replicas: [servers.database.url],
        ...options,
      });
      engines.push(engine);
      return engine;
    }

    const nodeOf = (url: string): string => new URL(url).host;

    /** What ran where, as `node: first word`. */
    function heard(engine: Engine): string[] {
      const places: string[] = [];
      const names = new Map([
        [nodeOf(servers.database.url), 'primary'],
        [nodeOf(servers.replicaUrl), 'replica'],
      ]);
      engine.on('query', ({ node = '', sql }: QueryEvent) =>
        places.push(`${names.get(node)}: ${sql.split(' ')[0]}`),
      );
      return places;
    }

    test('a session reads from the replica until it writes, and from the primary after that', async () => {
      const engine = replicatedEngine();
      const Session = scopedSession(sessionmaker({ bind: engine }));
      const places = heard(engine);
      await runInScope(async () => {
        await Session.execute('select n from things');
        await Session.execute('update things set n = n + 1');
        await Session.execute('select n from things');
        await Session.commit();
        await Session.execute('select n from things');
      });
      expect(places).toEqual([
        'replica: select',
        'primary: update',
        'primary: select',
        'primary: select',
      ]);
      const isWriter = engine
        .status()
        .nodes.map(({ node, role, isWriter }) => [node, role, isWriter]);
      expect(isWriter).toEqual([
        [nodeOf(servers.replicaUrl), 'replica', false],
        [nodeOf(servers.database.url), 'primary', true],
      ]);
    });

    test('locking reads, and all of a transaction that was begun, go to the primary', async () => {
      const engine = replicatedEngine();
      const Session = scopedSession(sessionmaker({ bind: engine }));
      const places = heard(engine);
      await runInScope(async () => {
        await Session.execute('select n from things for update');
      });
      await runInScope(async () => {
        await Session.begin();
        await Session.execute('select n from things');
      });
      await runInScope(() =>
        Session.execute('select n from things for share').catch(() => undefined),
      );
      expect(new Set(places.map((place) => place.split(':')[0]))).toEqual(new Set(['primary']));
    });

    test('what is not of a session is read from the primary, and a session may ask for that too', async () => {
      const engine = replicatedEngine();
      const Session = scopedSession(sessionmaker({ bind: engine, readsFrom: 'primary' }));
      const places = heard(engine);
      await engine.execute('select n from things');
      await runInScope(() => Session.execute('select n from things'));
      expect(places).toEqual(['primary: select', 'primary: select']);
    });

    test('in one scope a session sees what another has committed, a hundred times', async () => {
      const engine = replicatedEngine({ causalWaitMs: 5_000 });
      const factory = sessionmaker({ bind: engine });
      const places = heard(engine);
      const stale: number[] = [];
      for (let n = 1; n <= 100; n++)
        await runInScope(async () => {
          const writer = factory();
          await writer.execute('update things set n = ?', [n]);
          await writer.commit();
          const read = (await factory().execute('select n from things')).scalar();
          if (read !== n) stale.push(n);
        });
      expect(stale).toEqual([]);
      expect(places.filter((place) => place === 'replica: select')).toHaveLength(100);
    });

    test('a replica that is behind is waited for up to a limit; then the primary is read', async () => {
      const engine = replicatedEngine({ causalWaitMs: 20 });
      const factory = sessionmaker({ bind: engine });
      const places = heard(engine);
      await servers.pause();
      try {
        await runInScope(async () => {
          const writer = factory();
          await writer.execute('update things set n = 1000');
          await writer.commit();
          expect((await factory().execute('select n from things')).scalar()).toBe(1000);
          expect(currentScope()?.positions.on(engine).position).toEqual(expect.any(String));
        });
        expect(places.at(-1)).toBe('primary: select');
      } finally {
        await servers.replay();
      }
    });

    test('a replica that is further behind than allowed is left out, and says so in the status', async () => {
      const engine = replicatedEngine({ maxLagMs: 1 });
      const Session = scopedSession(sessionmaker({ bind: engine }));
      const places = heard(engine);
      await servers.pause();
      try {
        await engine.execute('update things set n = n + 1');
        await until(async () => {
          await runInScope(() => Session.execute('select n from things'));
          return engine.status().nodes[0]?.leftOut !== undefined;
        });
        expect(engine.status().nodes[0]?.leftOut).toMatch(/behind|stopped replaying/);
        await runInScope(() => Session.execute('select n from things'));
        expect(places.at(-1)).toBe('primary: select');
      } finally {
        await servers.replay();
      }
      await until(async () => {
        await runInScope(() => Session.execute('select n from things'));
        return places.at(-1) === 'replica: select';
      });
    });

    test('while the replica is away the primary serves its reads, and it is back by itself', async () => {
      const engine = replicatedEngine();
      const Session = scopedSession(sessionmaker({ bind: engine }));
      const read = (): Promise<unknown> =>
        runInScope(() => Session.execute('select n from things'));
      const places = heard(engine);
      await read();
      await servers.replica.kill();
      await read().catch((error: unknown) => expect(error).toBeInstanceOf(OperationalError)); // in flight, or idle and not noticed yet
      for (let i = 0; i < 20; i++) await read();
      expect(places.at(-1)).toBe('primary: select');
      await servers.replica.up();
      await until(async () => {
        await read();
        return places.at(-1) === 'replica: select';
      });
    });

    test('where nobody takes writes any more, a request waits for that as long as it is told to, and fails then', async () => {
      const engine = replicatedEngine({ failoverTimeoutMs: 300 });
      await engine.execute('select 1');
      await servers.primary.down();
      const began = performance.now();
      await engine.execute('select 1').catch(() => undefined); // the idle connection, if nobody has told that it is gone
      await expect(engine.execute('select 1')).rejects.toThrow('None of the servers');
      expect(performance.now() - began).toBeGreaterThan(295);
      await expect(engine.execute('select 1')).rejects.toThrow('None of the servers');
      await servers.primary.up();
      await until(() =>
        engine.execute('select 1').then(
          () => true,
          () => false,
        ),
      );
    });

    test('while the primary is cut off, a session that has written nothing reads from the replica', async () => {
      const way = await proxy(servers.database.url);
      const engine = createEngine({ primary: way.url, replicas: [servers.replicaUrl] });
      engines.push(engine);
      const Session = scopedSession(sessionmaker({ bind: engine }));
      const nodes: (string | undefined)[] = [];
      engine.on('query', ({ node }: QueryEvent) => nodes.push(node));
      const read = (): Promise<unknown> =>
        runInScope(() => Session.execute('select n from things'));
      await engine.execute('update things set n = n + 1');
      await until(async () => {
        await read(); // the replica may still be without its primary after the test before
        return nodes.at(-1) === nodeOf(servers.replicaUrl);
      });
      const mend = way.blackHole();
      await expect(engine.execute('update things set n = n + 1')).rejects.toMatchObject({
        reason: 'gone',
      });
      await read();
      expect(nodes.at(-1)).toBe(nodeOf(servers.replicaUrl));
      mend();
      way.close();
    }, 120_000);

    test('a server that takes no writes is not taken for the primary, and the error says what each has said', async () => {
      const engine = engineOf(`${servers.replicaUrl.replace(/(@[^/]+)/, '$1,127.0.0.1:1')}`);
      const failure = engine.execute('select 1');
      await expect(failure).rejects.toThrow(
        /None of the servers is the one that is looked for \(read-write\): .*: it takes no writes; 127\.0\.0\.1:1: No connection/,
      );
      await expect(failure).rejects.toMatchObject({ reason: 'unavailable' });
    });

    test('a server of another database is left out for reads, with the reason', async () => {
      const stranger = await freshDatabase(name);
      const engine = createEngine({ primary: servers.database.url, replicas: [stranger.url] });
      engines.push(engine);
      const Session = scopedSession(sessionmaker({ bind: engine }));
      const places = heard(engine);
      // The reason is told while the server is left out: for a while that is longer each time.
      let why: string | undefined;
      await until(async () => {
        await runInScope(() => Session.execute('select n from things'));
        why = engine.status().nodes[1]?.leftOut;
        return why !== undefined;
      });
      expect(new Set(places)).toEqual(new Set(['primary: select']));
      expect(why).toMatch(
        name === 'postgres' ? /it is of another database than the primary/ : /it takes writes/,
      );
      await stranger.drop();
    });

    if (name === 'postgres')
      test('a primary that is made read-only is left, and is the primary again when it takes writes', async () => {
        const engine = replicatedEngine();
        const tell = async (value: string): Promise<void> => {
          const admin = createEngine(servers.primary.url);
          await admin.execute(`alter system set default_transaction_read_only = ${value}`);
          await admin.execute('select pg_reload_conf()');
          await admin.dispose();
        };
        const write = (): Promise<unknown> => engine.execute('update things set n = n + 1');
        await write();
        await tell('on');
        await until(() =>
          write().then(
            () => false,
            (error: unknown) => (error as OperationalError).reason === 'read-only',
          ),
        );
        expect(engine.status().nodes.map(({ isWriter }) => isWriter)).toEqual([false, false]);
        const waiting = write();
        await tell('off');
        await waiting; // for the primary, not for a new request
      });

    // The last one, since it changes who is who.
    test('when the primary is killed and the replica promoted, writes go there, and nothing that was answered is lost', async () => {
      await servers.synchronize();
      const engine = replicatedEngine();
      const Session = scopedSession(sessionmaker({ bind: engine }));
      const answered: number[] = [];
      const failed: number[] = [];
      let next = 2;
      let isOver = false;
      const write = async (): Promise<void> => {
        while (!isOver) {
          const id = next++;
          try {
            await runInScope(async () => {
              await Session.execute('insert into things values (?, 0)', [id]);
              await Session.commit();
            });
            answered.push(id);
          } catch (error) {
            expect(error).toBeInstanceOf(OperationalError);
            failed.push(id);
          }
        }
      };
      const writers = [write(), write(), write(), write()];
      await until(() => answered.length > 50);
      const before = answered.length;
      await servers.primary.kill();
      await servers.promote();
      await until(() => answered.length > before + 50);
      isOver = true;
      await Promise.all(writers);
      const rows = (await engine.execute('select id from things'))
        .all()
        .map(({ id }) => id as number);
      const kept = new Set(rows);
      expect(answered.filter((id) => !kept.has(id))).toEqual([]);
      expect(failed.length).toBeLessThanOrEqual(writers.length); // those in flight: all others wait for the next primary
      expect(engine.status().nodes).toMatchObject([
        { node: nodeOf(servers.replicaUrl), role: 'primary', isWriter: true },
        { node: nodeOf(servers.database.url), isWriter: false },
      ]);
    });
  });
