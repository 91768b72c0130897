/** The questions that the articles ask, and those under the first one, each answered by what happens. */
import type { Session } from '@quartet/db-core';
import {
  createEngine,
  InvalidRequestError,
  PoolTimeoutError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { reflect } from '@quartet/db-core/reflection';
import { freshDatabase } from '@quartet/testing';
import { onEachEngine } from './support';

onEachEngine((stage) => {
  test('an engine is permanent: a new one for each request pays for a connection each time', async () => {
    const permanent = createEngine(stage.url);
    let opened = 0;
    for (let request = 0; request < 3; request++) {
      await permanent.execute('select 1');
      const engine = createEngine(stage.url);
      await engine.execute('select 1');
      opened += engine.status().opened;
      await engine.dispose();
    }
    expect([permanent.status().opened, opened]).toEqual([1, 3]);
    // #region questions
    // [1] engine.dispose() in each request
    // => at shutdown only, as the author replies; a disposed engine refuses further use
    await permanent.dispose();
    // #endregion
    await expect(permanent.execute('select 1')).rejects.toThrow(InvalidRequestError);
  });

  test('stale connections: one that has lain idle is asked for a sign of life', async () => {
    const { url } = stage;
    // #region questions
    // [1] "the connection being killed", "create a new connection every time"
    // => a connection that was killed is replaced, and nobody notices; `prePing` asks after a second of idleness by itself
    const engine = createEngine(url, { prePing: true, recycleSeconds: 3600 });
    // #endregion
    expect((await engine.execute('select 1')).scalar()).toBe(1);
    await engine.dispose();
  });

  test('why remove: sessions that nobody removes exhaust the pool', async () => {
    const engine = createEngine(stage.url, { poolSize: 2, acquireTimeoutMs: 30 });
    const factory = sessionmaker({ bind: engine, begin: 'on-first-statement' });
    const sessions = [factory(), factory()];
    for (const session of sessions) await session.execute('select 1');
    await expect(factory().execute('select 1')).rejects.toThrow(PoolTimeoutError);
    for (const session of sessions) await session.close();
    const Session = scopedSession(factory);
    for (let request = 0; request < 3; request++) {
      // #region questions
      // [1] "Why do we need to remove session on teardown?"
      // => otherwise its connection stays out, with its transaction open, and the pool is empty soon; a scope removes it at its end
      await runInScope(() => Session.execute('select 1'));
      // #endregion
    }
    expect(engine.status()).toMatchObject({ inUse: 0 });
    await engine.dispose();
  });

  test('one session for the life of the app: what one user rolls back another has lost', async () => {
    const { engine } = stage;
    await engine.execute('create table theirs (name varchar(50))');
    const names = async () => (await engine.execute('select name from theirs')).scalars<string>();
    const insert = (session: Session, name: string) =>
      session.execute('insert into theirs values (:name)', { name });
    // #region questions
    // [3] "Why don't we just create one single session for the lifespan of the app?"
    // => one user's rollback undoes what another has written: nothing fails, rows are missing
    const forever = sessionmaker({ bind: engine })();
    // #endregion
    await insert(forever, 'ana');
    await insert(forever, 'bo');
    await forever.rollback(); // Ana's request has failed …
    await forever.commit(); // … and Bo's is answered with 201
    expect(await names()).toEqual([]);
    await forever.close();
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const ana = runInScope(async () => {
      await insert(Session, 'ana');
      await Session.rollback();
    });
    const bo = runInScope(async () => {
      await insert(Session, 'bo');
      await Session.commit();
    });
    await Promise.all([ana, bo]);
    expect(await names()).toEqual(['bo']);
  });

  test('a sessionmaker makes sessions of one configuration, a new one each time', async () => {
    const { engine } = stage;
    // #region questions
    // [3] "sessionmaker object is the phone", "the call factory"
    // => makes sessions that are configured alike; `scopedSession(factory)` gives the one of the scope
    const factory = sessionmaker({ bind: engine, autoflush: false });
    // #endregion
    const [first, second] = [factory(), factory()];
    expect(first).not.toBe(second);
    expect([first.bind, second.bind]).toEqual([engine, engine]);
    const Session = scopedSession(factory);
    await runInScope(async () => expect(Session()).toBe(Session()));
  });

  test('Session.query() is not defined: on the factory, which says where it is', async () => {
    const factory = sessionmaker({ bind: stage.engine });
    const query = Reflect.get(factory, 'query') as () => unknown;
    expect(query).toThrow('then Session.query(…)');
    // #region questions
    // [1] "an error message when trying to invoke Session.query() that method is not defined"
    // => `Session` was what `sessionmaker` gives; the error says to import the scoped session
    const Session = scopedSession(factory);
    // #endregion
    await runInScope(async () => expect(typeof Session.query).toBe('function'));
  });

  test('several databases: a scoped session for each', async () => {
    const other = await freshDatabase(stage.name);
    const users = stage.engine;
    const log = createEngine(other.url);
    // #region questions
    // [1] "bind_key": "you can create a separate session for each db"
    // => or one session that reaches several, by `binds`: [the extension](../packages/express-sequelize/README.md#several-databases) has Flask-SQLAlchemy's keys
    const UserSession = scopedSession(sessionmaker({ bind: users }));
    const LogSession = scopedSession(sessionmaker({ bind: log }));
    // #endregion
    await users.execute('create table users (name varchar(50))');
    await log.execute('create table entries (line varchar(50))');
    await runInScope(async () => {
      await UserSession.execute("insert into users values ('admin')");
      await LogSession.execute("insert into entries values ('admin was made')");
      await LogSession.commit();
    });
    expect((await users.execute('select name from users')).all()).toEqual([]);
    expect((await log.execute('select line from entries')).scalars()).toEqual(['admin was made']);
    await log.dispose();
    await other.drop();
  });

  test('reflected tables: a database that others look after', async () => {
    const { engine } = stage;
    await engine.execute(
      'create table theirs (id integer not null primary key, name varchar(50) not null)',
    );
    // #region questions
    // [1] "strongly prefer using reflected tables"
    // => and [models of them](concepts/reflection.md)
    const tables = await reflect(engine);
    // #endregion
    expect(tables).toMatchObject([{ name: 'theirs', primaryKey: ['id'] }]);
  });
});
