/** One engine on three nodes of a Galera cluster, which all take writes: one of them gets all, and the others are read from. */
import type { Engine, QueryEvent } from '@quartet/db-core';
import {
  createEngine,
  OperationalError,
  PendingRollbackError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import {
  describeServers,
  hostsOf,
  startGalera,
  until,
  withHosts,
  type Galera,
} from '@quartet/testing';

describeServers('galera', 'three nodes of Galera', () => {
  let cluster: Galera;
  const engines: Engine[] = [];

  beforeAll(async () => {
    cluster = await startGalera();
    const engine = createEngine(cluster.urls[0]);
    await engine.execute('create table things (id int primary key, n int)');
    await engine.execute('insert into things values (1, 0)');
    await engine.dispose();
  }, 240_000);
  afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.dispose())));
  afterAll(() => cluster.stop());

  const hosts = (): string[] => cluster.urls.map((url) => new URL(url).host);

  function engineOf(parameters = ''): Engine {
    const [first = ''] = cluster.urls;
    const engine = createEngine(withHosts(first, hostsOf(...cluster.urls), parameters));
    engines.push(engine);
    return engine;
  }

  test('all transactions go to the first of the list, so that none of them conflicts on another node', async () => {
    const engine = engineOf();
    const nodes = new Set<string | undefined>();
    engine.on('query', ({ node }: QueryEvent) => nodes.add(node));
    await Promise.all([1, 2, 3, 4].map(() => engine.execute('update things set n = n + 1')));
    expect([...nodes]).toEqual([hosts()[0]]);
    expect(engine.status().nodes).toMatchObject([{ role: 'primary', isWriter: true }, {}, {}]);
  });

  test('with readsFrom=replicas the others are read from, and a scope sees what it has written', async () => {
    const engine = engineOf('readsFrom=replicas&causalWaitMs=5000');
    const factory = sessionmaker({ bind: engine });
    const reads = new Map<string | undefined, number>();
    const stale: number[] = [];
    for (let n = 1; n <= 60; n++)
      await runInScope(async () => {
        const writer = factory();
        await writer.execute('update things set n = ?', [n]);
        await writer.commit();
        const listener = ({ node }: QueryEvent): unknown =>
          reads.set(node, (reads.get(node) ?? 0) + 1);
        engine.on('query', listener);
        const read = (await factory().execute('select n from things')).scalar();
        engine.off('query', listener);
        if (read !== n) stale.push(n);
      });
    expect(stale).toEqual([]);
    expect(new Set(reads.keys())).toEqual(new Set(hosts().slice(1)));
  });

  describe('is not one server', () => {
    const onEach = async (work: (engine: Engine) => Promise<void>): Promise<void> => {
      for (const url of cluster.urls.slice(0, 2)) {
        const engine = createEngine(url);
        engines.push(engine);
        await work(engine);
      }
    };

    test('a lock on rows holds on its node alone; who commits second is refused', async () => {
      const [first, second] = cluster.urls.map((url) => createEngine(url));
      engines.push(first as Engine, second as Engine);
      const held = (first as Engine).connect();
      await held.begin();
      await held.execute('select n from things where id = 1 for update');
      await held.execute('update things set n = -1 where id = 1');
      await (second as Engine).execute('update things set n = -2 where id = 1'); // waits for nobody
      await until(() =>
        held.execute('select 1').then(
          () => false,
          (error: unknown) =>
            error instanceof OperationalError || error instanceof PendingRollbackError,
        ),
      );
      await held.close();
      expect((await (second as Engine).execute('select n from things where id = 1')).scalar()).toBe(
        -2,
      );
    });

    test('GET_LOCK is given on each node', async () => {
      const given: unknown[] = [];
      await onEach(async (engine) => {
        const connection = engine.connect();
        given.push((await connection.execute("select get_lock('job', 0)")).scalar());
      });
      expect(given).toEqual([1, 1]);
    });

    test('generated keys leave numbers out', async () => {
      const [engine] = [createEngine(cluster.urls[0])];
      engines.push(engine);
      await engine.execute('create table counted (id int primary key auto_increment)');
      for (let i = 0; i < 3; i++) await engine.execute('insert into counted values ()');
      const ids = (await engine.execute('select id from counted order by id')).all();
      const [one, two, three] = ids.map(({ id }) => id as number) as [number, number, number];
      expect([two - one, three - two]).toEqual([3, 3]);
    });
  });

  test('when the node of the transactions is killed another takes them; when it is back it is a node like the others', async () => {
    const engine = engineOf('readsFrom=replicas');
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const write = (id: number): Promise<void> =>
      runInScope(async () => {
        await Session.execute('insert into things values (?, 0)', [id]);
        await Session.commit();
      });
    await write(100);
    await cluster.nodes[0]?.kill();
    const answered: number[] = [];
    let id = 100;
    await until(async () => {
      await write(++id).then(
        () => answered.push(id),
        (error: unknown) => expect(error).toBeInstanceOf(OperationalError),
      );
      return answered.length === 10;
    });
    const rows = (await engine.execute('select id from things where id > 100')).all();
    expect(rows.map((row) => row['id'])).toEqual(expect.arrayContaining(answered));
    expect(engine.status().nodes[0]).toMatchObject({ role: 'unknown', isWriter: false });
    await cluster.nodes[0]?.up();
    await until(async () => {
      await runInScope(() => Session.execute('select n from things'));
      return engine.status().nodes[0]?.role === 'primary';
    });
    expect(engine.status().nodes[0]?.isWriter).toBe(false);
  }, 240_000);

  test('a node without its quorum is none of those that are looked for, and the error says of each what it has said', async () => {
    await Promise.all([cluster.nodes[1]?.kill(), cluster.nodes[2]?.kill()]);
    const engine = engineOf();
    let said = '';
    await until(async () => {
      said = await engine.execute('select n from things').then(
        () => '',
        (error: Error) => error.message,
      );
      return said.startsWith('None of the servers');
    });
    expect(said).toMatch(/: it has lost its quorum; 127\.0\.0\.1:\d+: No connection/);
  }, 240_000);
});
