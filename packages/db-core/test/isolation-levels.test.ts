/** What was asked for is what the server has: levels and access modes, read back or seen in what they do. */
import type { Connection, IsolationLevel, ScopedSession } from '@quartet/db-core';
import {
  ArgumentError,
  createEngine,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { onEachEngine } from './support';

const LEVELS = ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const;
const SERVERS_OWN = {
  sqlite: 'SERIALIZABLE',
  postgres: 'READ COMMITTED',
  mariadb: 'REPEATABLE READ',
} as const;

const COUNT = 'select count(*) from items';

onEachEngine((fixture) => {
  /** The levels this database has, and one that it does not have by itself. */
  const levels: readonly IsolationLevel[] = fixture.name === 'sqlite' ? ['SERIALIZABLE'] : LEVELS;
  const other = fixture.name === 'sqlite' ? 'SERIALIZABLE' : 'READ UNCOMMITTED';

  const number = async (connection: Pick<Connection, 'execute'>) =>
    Number((await connection.execute(COUNT)).scalar());

  /** The level of the transaction that is begun on `connection` and has read nothing yet. */
  const levelOf = async (connection: Pick<Connection, 'execute'>): Promise<string> =>
    fixture.name === 'postgres'
      ? String((await connection.execute('show transaction_isolation')).scalar()).toUpperCase()
      : await seenLevelOf(connection);

  /**
   * MariaDB and SQLite tell no transaction what its level is (`@@tx_isolation` is the one of the connection's
   * next transactions), so it is told by what the transaction sees of another that writes.
   */
  const seenLevelOf = async (connection: Pick<Connection, 'execute'>): Promise<string> => {
    const writer = fixture.engine.connect();
    try {
      const before = await number(connection);
      if (fixture.name === 'mariadb')
        await writer.execute('set session innodb_lock_wait_timeout = 0');
      await writer.begin();
      const refused = await writer
        .execute(`insert into items (name) values ('seen ${before}')`)
        .then(
          () => false,
          () => true,
        );
      if (refused) return 'SERIALIZABLE'; // what was read is locked
      if ((await number(connection)) > before) return 'READ UNCOMMITTED';
      await writer.commit();
      if ((await number(connection)) > before) return 'READ COMMITTED';
      // SQLite locks nothing that was read, and refuses a write on top of it instead.
      return fixture.name === 'mariadb' ? 'REPEATABLE READ' : 'SERIALIZABLE';
    } finally {
      await writer.rollback();
      if (fixture.name === 'mariadb')
        await writer.execute('set session innodb_lock_wait_timeout = default');
      await writer.close();
    }
  };

  const begin = 'on-first-statement' as const; // on SQLite too: a snapshot, whatever comes first
  let connection: Connection;
  afterEach(() => connection.close());

  test.each(levels)('begin({ isolationLevel: %s }) is that level', async (isolationLevel) => {
    connection = fixture.engine.connect({ begin });
    await connection.begin({ isolationLevel });
    expect(await levelOf(connection)).toBe(isolationLevel);
  });

  test('without one it is the server’s own', async () => {
    connection = fixture.engine.connect({ begin });
    await connection.begin();
    expect(await levelOf(connection)).toBe(SERVERS_OWN[fixture.name]);
  });

  test('one transaction’s level is not the next one’s', async () => {
    connection = fixture.engine.connect({ begin });
    await connection.begin({ isolationLevel: other });
    await number(connection);
    await connection.commit();
    await connection.begin();
    expect(await levelOf(connection)).toBe(SERVERS_OWN[fixture.name]);
  });

  test('begin wins over the session, the session over the engine, the engine over the server', async () => {
    const engine = fixture.another({ begin, isolationLevel: 'SERIALIZABLE' });
    const session: IsolationLevel = fixture.name === 'sqlite' ? 'SERIALIZABLE' : 'REPEATABLE READ';
    connection = engine.connect({ autobegin: true });
    const Own = scopedSession(sessionmaker({ bind: engine, isolationLevel: session }));
    const inside = (Session: ScopedSession, isolationLevel?: IsolationLevel): Promise<string> =>
      runInScope(async () => {
        if (isolationLevel) await Session.begin({ isolationLevel });
        return await levelOf(Session);
      });
    expect(await levelOf(connection)).toBe('SERIALIZABLE');
    await connection.close(); // it has locked what it has read
    expect(await inside(Own)).toBe(session);
    expect(await inside(Own, other)).toBe(other);
    expect(await inside(Own)).toBe(session);
  });

  test('a level that a library asks for, before its BEGIN or in it, is the level', async () => {
    connection = fixture.engine.connect({ begin });
    const library = {};
    const send = (sql: string) =>
      connection.run(sql, [], (driver) => driver.execute(sql, []), library);
    await send(`SET TRANSACTION ISOLATION LEVEL ${other}`);
    await send('BEGIN');
    expect(await levelOf(connection)).toBe(other);
    await send('ROLLBACK');
    await send(`START TRANSACTION ISOLATION LEVEL ${other}`);
    expect(await levelOf(connection)).toBe(other);
    await send('ROLLBACK');
  });

  test('read-only, of a transaction, a session or an engine, is refused by the database itself', async () => {
    const ofEngine = fixture.another({ begin, readOnly: true }).connect({ autobegin: true });
    const ReadOnly = scopedSession(sessionmaker({ bind: fixture.engine, readOnly: true }));
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    const insert = (session: Pick<Connection, 'execute'>) =>
      session.execute("insert into items (name) values ('a')");
    const refusal = /read.?only/i;
    await runInScope(() => expect(insert(ReadOnly)).rejects.toThrow(refusal));
    await expect(insert(ofEngine)).rejects.toThrow(refusal);
    await ofEngine.close();
    await runInScope(async () => {
      await Session.begin({ readOnly: true });
      if (fixture.name === 'postgres')
        expect((await Session.execute('show transaction_read_only')).scalar()).toBe('on');
      await expect(insert(Session)).rejects.toThrow(refusal);
      await Session.rollback();
      await insert(Session);
      await Session.rollback();
    });
    await runInScope(async () => {
      await ReadOnly.begin({ readOnly: false });
      await insert(ReadOnly);
      await ReadOnly.commit();
    });
    expect(await fixture.names()).toEqual(['a']);
  });

  if (fixture.name === 'sqlite') {
    test.each(LEVELS.filter((level) => level !== 'SERIALIZABLE'))(
      'SQLite has no %s, and says so where it is asked for',
      async (isolationLevel) => {
        connection = fixture.engine.connect({ begin });
        await connection.begin({ isolationLevel });
        await expect(number(connection)).rejects.toThrow(ArgumentError);
        expect(() => createEngine('sqlite://', { isolationLevel })).toThrow(
          'SQLite transactions are always SERIALIZABLE',
        );
      },
    );
  }
});
