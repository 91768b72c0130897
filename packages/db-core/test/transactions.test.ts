import type { Connection } from '@quartet/db-core';
import {
  IntegrityError,
  InvalidRequestError,
  PendingRollbackError,
  ProgrammingError,
  ScopeClosedError,
} from '@quartet/db-core';
import { onEachEngine } from './support';

const insert = (connection: Connection, name: string) =>
  connection.execute('insert into items (name) values (:name)', { name });

/** What a library does with its own connection object `owner`: statements and transaction control through `run`. */
function library(connection: Connection, owner: object = {}) {
  return (sql: string) => connection.run(sql, [], (driver) => driver.execute(sql, []), owner);
}

onEachEngine((fixture) => {
  const control: string[] = [];
  let connection: Connection;
  beforeAll(() => {
    fixture.engine.on('begin', () => control.push('BEGIN'));
    fixture.engine.on('savepoint', ({ sql }) => control.push(sql));
    fixture.engine.on('commit', () => control.push('COMMIT'));
    fixture.engine.on('rollback', () => control.push('ROLLBACK'));
  });
  afterEach(() => connection.close());

  describe('a connection of its own', () => {
    beforeEach(() => {
      connection = fixture.engine.connect();
      control.length = 0;
    });

    test('commits each statement by itself, visible to others at once', async () => {
      await insert(connection, 'a');
      expect(await fixture.names()).toEqual(['a']);
      expect(control).toEqual([]);
    });

    test('keeps nothing of a transaction that is rolled back', async () => {
      await connection.begin();
      await insert(connection, 'a');
      expect(connection.inTransaction).toBe(true);
      await connection.rollback();
      expect(await fixture.names()).toEqual([]);
      expect(connection.inTransaction).toBe(false);
    });

    test('sends BEGIN with the first statement, so an empty transaction costs nothing', async () => {
      await connection.begin();
      await connection.commit();
      expect(control).toEqual([]);
      expect(connection.isCheckedOut).toBe(false);
    });

    test('refuses to begin twice and names the call for a savepoint', async () => {
      await connection.begin();
      await expect(connection.begin()).rejects.toThrow(/already begun: use beginNested/);
    });

    test('rolls back what is open when it is closed, and refuses what comes later', async () => {
      await connection.begin();
      await insert(connection, 'a');
      await connection.close();
      expect(await fixture.names()).toEqual([]);
      expect(fixture.engine.status().inUse).toBe(0);
      await expect(insert(connection, 'b')).rejects.toThrow(ScopeClosedError);
    });

    test('a library that sends BEGIN and COMMIT has a real transaction', async () => {
      const send = library(connection);
      await send('BEGIN');
      await send("insert into items (name) values ('a')");
      await send('COMMIT');
      await send('BEGIN');
      await send("insert into items (name) values ('b')");
      await send('ROLLBACK');
      expect(await fixture.names()).toEqual(['a']);
      expect(control).toEqual(['BEGIN', 'COMMIT', 'BEGIN', 'ROLLBACK']);
    });

    test('engine.begin commits what resolves and rolls back what rejects', async () => {
      expect(await fixture.engine.begin(async (own) => (await insert(own, 'a')).rowCount)).toBe(1);
      const failure = fixture.engine.begin(async (own) => {
        await insert(own, 'b');
        throw new Error('no');
      });
      await expect(failure).rejects.toThrow('no');
      expect(await fixture.names()).toEqual(['a']);
    });

    test('statements asked for at once run one after the other, in order', async () => {
      await connection.begin();
      await Promise.all(['a', 'b', 'c', 'd'].map((name) => insert(connection, name)));
      await connection.commit();
      expect(
        (await fixture.engine.execute('select name from items order by id')).scalars(),
      ).toEqual(['a', 'b', 'c', 'd']);
    });
  });

  describe('a session’s connection', () => {
    const open = () => fixture.engine.connect({ autobegin: true });
    beforeEach(() => {
      connection = open();
      control.length = 0;
    });

    test('begins by itself and shows nothing to others before commit', async () => {
      await insert(connection, 'a');
      expect(await fixture.names()).toEqual([]);
      await connection.commit();
      expect(await fixture.names()).toEqual(['a']);
      expect(control).toEqual(['BEGIN', 'COMMIT']);
    });

    test('gives the driver connection back at commit and at rollback', async () => {
      await insert(connection, 'a');
      expect(fixture.engine.status().inUse).toBe(1);
      await connection.commit();
      expect(fixture.engine.status().inUse).toBe(0);
      await insert(connection, 'b');
      await connection.rollback();
      expect(fixture.engine.status().inUse).toBe(0);
    });

    test('a library’s transaction is a savepoint: its rollback undoes its own part alone', async () => {
      await insert(connection, 'outer');
      const send = library(connection);
      await send('BEGIN');
      await send("insert into items (name) values ('inner')");
      await send('ROLLBACK');
      await insert(connection, 'later');
      await connection.commit();
      expect(await fixture.names()).toEqual(['later', 'outer']);
      expect(control).toEqual([
        'BEGIN',
        'SAVEPOINT quartet_1',
        'ROLLBACK TO SAVEPOINT quartet_1',
        'RELEASE SAVEPOINT quartet_1',
        'COMMIT',
      ]);
    });

    test('the first savepoint of a transaction is its BEGIN and costs nothing', async () => {
      const send = library(connection);
      await send('START TRANSACTION');
      await send("insert into items (name) values ('a')");
      await send('COMMIT');
      expect(await fixture.names()).toEqual([]);
      await connection.commit();
      expect(await fixture.names()).toEqual(['a']);
      expect(control).toEqual(['BEGIN', 'COMMIT']);
    });

    test('rolling that first savepoint back begins the transaction anew', async () => {
      const send = library(connection);
      await send('BEGIN');
      await send("insert into items (name) values ('a')");
      await expect(send("insert into items (name) values ('a')")).rejects.toMatchObject({
        message: expect.any(String),
      });
      await send('ROLLBACK');
      await insert(connection, 'b');
      await connection.commit();
      expect(await fixture.names()).toEqual(['b']);
      expect(control).toEqual(['BEGIN', 'ROLLBACK', 'BEGIN', 'COMMIT']);
    });

    test('an empty savepoint is never sent', async () => {
      await insert(connection, 'a');
      await connection.beginNested(async () => undefined);
      await connection.commit();
      expect(control).toEqual(['BEGIN', 'COMMIT']);
    });

    test('savepoints nest: the inner goes, the outer stays', async () => {
      await insert(connection, 'a');
      await connection.beginNested(async () => {
        await insert(connection, 'b');
        await expect(
          connection.beginNested(async () => {
            await insert(connection, 'c');
            throw new Error('inner');
          }),
        ).rejects.toThrow('inner');
        await insert(connection, 'd');
      });
      await connection.commit();
      expect(await fixture.names()).toEqual(['a', 'b', 'd']);
    });

    test('named savepoints of two libraries do not meet', async () => {
      const [one, two] = [library(connection), library(connection)];
      await insert(connection, 'a');
      await one('SAVEPOINT sp');
      await one("insert into items (name) values ('b')");
      await two('SAVEPOINT sp');
      await two("insert into items (name) values ('c')");
      await two('ROLLBACK TO SAVEPOINT sp');
      await two('RELEASE SAVEPOINT sp');
      await one('RELEASE SAVEPOINT sp');
      await connection.commit();
      expect(await fixture.names()).toEqual(['a', 'b']);
      await expect(one('RELEASE SAVEPOINT sp')).rejects.toThrow('no savepoint sp');
    });

    test('COMMIT and ROLLBACK sent by a statement are refused, and name the call to make', async () => {
      await insert(connection, 'a');
      const send = library(connection);
      await expect(send('COMMIT')).rejects.toThrow('call Session.commit()');
      await expect(send('ROLLBACK')).rejects.toThrow('call Session.rollback()');
      await expect(send('BEGIN; DELETE FROM items; COMMIT')).rejects.toThrow(InvalidRequestError);
      await connection.rollback();
      expect(await fixture.names()).toEqual([]);
    });

    test('two nested transactions side by side are merged when both succeed', async () => {
      const [one, two] = [library(connection), library(connection)];
      await insert(connection, 'a');
      await Promise.all([one('BEGIN'), two('BEGIN')]);
      await one("insert into items (name) values ('one')");
      await two("insert into items (name) values ('two')");
      await one('COMMIT');
      await two('COMMIT');
      await connection.commit();
      expect(await fixture.names()).toEqual(['a', 'one', 'two']);
    });

    test('when the one of two side by side that the other’s work stands in fails, nothing runs until rollback and nothing is kept', async () => {
      const [one, two] = [library(connection), library(connection)];
      await insert(connection, 'a');
      await Promise.all([one('BEGIN'), two('BEGIN')]);
      await one("insert into items (name) values ('one')");
      await two("insert into items (name) values ('two')");
      await two('COMMIT');
      await one('ROLLBACK');
      await expect(insert(connection, 'b')).rejects.toThrow(PendingRollbackError);
      await expect(connection.commit()).rejects.toThrow(/side by side.*call rollback\(\)/s);
      await connection.rollback();
      await insert(connection, 'c');
      await connection.commit();
      expect(await fixture.names()).toEqual(['c']);
    });

    test('one of two side by side that holds nothing of the other may fail: the other is kept', async () => {
      const [one, two] = [library(connection), library(connection)];
      await insert(connection, 'a');
      await Promise.all([one('BEGIN'), two('BEGIN')]);
      await one("insert into items (name) values ('one')");
      await two("insert into items (name) values ('two')");
      await one('COMMIT');
      await two('ROLLBACK');
      await connection.commit();
      expect(await fixture.names()).toEqual(['a', 'one']);
    });

    test('a COMMIT of one of two side by side after the other has failed is refused with the reason', async () => {
      const [one, two] = [library(connection), library(connection)];
      await Promise.all([one('BEGIN'), two('BEGIN')]);
      await one("insert into items (name) values ('one')");
      await two("insert into items (name) values ('two')");
      await one('ROLLBACK');
      const failure = two('COMMIT');
      await expect(failure).rejects.toThrow(PendingRollbackError);
      await expect(failure).rejects.toThrow('side by side');
      await connection.rollback();
      expect(await fixture.names()).toEqual([]);
    });

    test('what another library’s transaction has kept is not undone silently: the session refuses to commit', async () => {
      const [outer, inner] = [library(connection), library(connection)];
      await insert(connection, 'a');
      await outer('BEGIN');
      await inner('BEGIN');
      await inner("insert into items (name) values ('inner')");
      await inner('COMMIT');
      await outer('ROLLBACK');
      await expect(connection.commit()).rejects.toThrow(/side by side.*call rollback\(\)/s);
      await connection.rollback();
      expect(await fixture.names()).toEqual([]);
    });

    test('a library’s transaction inside beginNested is undone with it, and the session goes on', async () => {
      const inner = library(connection);
      await insert(connection, 'a');
      const failing = connection.beginNested(async () => {
        await inner('BEGIN');
        await inner("insert into items (name) values ('inner')");
        await inner('COMMIT');
        throw new Error('outer');
      });
      await expect(failing).rejects.toThrow('outer');
      await insert(connection, 'b');
      await connection.commit();
      expect(await fixture.names()).toEqual(['a', 'b']);
    });

    test('commit waits for no library: an open nested transaction is refused', async () => {
      const send = library(connection);
      await insert(connection, 'a');
      await send('BEGIN');
      await expect(connection.commit()).rejects.toThrow('still open');
      await connection.rollback();
      expect(await fixture.names()).toEqual([]);
    });

    test('after a violated constraint and a rollback it is usable, and the error says what was violated', async () => {
      await insert(connection, 'a');
      const error = await insert(connection, 'a').catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(IntegrityError);
      expect(error).toMatchObject({
        kind: 'unique',
        code: 'INTEGRITY',
        cause: expect.objectContaining({ message: expect.any(String) }),
      });
      await connection.rollback();
      await insert(connection, 'b');
      await connection.commit();
      expect(await fixture.names()).toEqual(['b']);
    });

    test('a failed statement inside a savepoint leaves the transaction usable', async () => {
      await insert(connection, 'a');
      await expect(connection.beginNested(() => insert(connection, 'a'))).rejects.toThrow(
        IntegrityError,
      );
      await insert(connection, 'b');
      await connection.commit();
      expect(await fixture.names()).toEqual(['a', 'b']);
    });

    test('a savepoint that hid a failed statement is kept or refused by the database, and the transaction goes on', async () => {
      await insert(connection, 'a');
      const kept = await connection
        .beginNested(async () => {
          await insert(connection, 'b');
          await insert(connection, 'a').catch(() => undefined);
        })
        .then(
          () => true,
          (error: unknown) => (expect(error).toBeInstanceOf(ProgrammingError), false),
        );
      await insert(connection, 'c');
      await connection.commit();
      expect(kept).toBe(fixture.name !== 'postgres');
      expect(await fixture.names()).toEqual(kept ? ['a', 'b', 'c'] : ['a', 'c']);
    });

    test('committing after a failed statement keeps nothing silently', async () => {
      await insert(connection, 'a');
      await expect(insert(connection, 'a')).rejects.toThrow(IntegrityError);
      const committed = await connection.commit().then(
        () => true,
        (error: unknown) => (expect(error).toBeInstanceOf(PendingRollbackError), false),
      );
      // PostgreSQL has rolled back and says so; the others keep what succeeded, and commit it.
      expect(committed).toBe(fixture.name !== 'postgres');
      expect(await fixture.names()).toEqual(committed ? ['a'] : []);
      expect(fixture.engine.status().inUse).toBe(0);
    });

    test('an isolation level asked for after BEGIN is refused with the call to make', async () => {
      await insert(connection, 'a');
      await expect(
        library(connection)('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'),
      ).rejects.toThrow('Session.begin({ isolationLevel');
    });

    test('close while a statement waits for its turn: it is refused, the one in flight ends first', async () => {
      const first = insert(connection, 'a');
      const second = insert(connection, 'b');
      const closing = connection.close();
      await Promise.allSettled([first]);
      const refused = await second.then(
        () => false,
        (error: unknown) => error instanceof ScopeClosedError,
      );
      expect(refused).toBe(fixture.name !== 'sqlite'); // which answers at once: nothing waits
      await closing;
      expect(fixture.engine.status().inUse).toBe(0);
      expect(await fixture.names()).toEqual([]);
    });
  });

  describe('on-first-write', () => {
    beforeEach(() => {
      connection = fixture.engine.connect({ autobegin: true, begin: 'on-first-write' });
      control.length = 0;
    });

    test('reads need no transaction, the first write begins it', async () => {
      await connection.execute('select name from items');
      expect(control).toEqual([]);
      await insert(connection, 'a');
      await connection.execute('select name from items');
      expect(control).toEqual(['BEGIN']);
      await connection.commit();
      expect(await fixture.names()).toEqual(['a']);
    });
  });

  describe('eager', () => {
    test('begins before a read', async () => {
      connection = fixture.engine.connect({ autobegin: true, begin: 'eager' });
      control.length = 0;
      await connection.execute('select name from items');
      expect(control).toEqual(['BEGIN']);
    });

    test('is chosen for one transaction alone by begin({ begin })', async () => {
      connection = fixture.engine.connect({ autobegin: true, begin: 'on-first-write' });
      control.length = 0;
      await connection.begin({ begin: 'eager' });
      expect(control).toEqual(['BEGIN']);
      await connection.commit();
      await connection.execute('select name from items');
      expect(control).toEqual(['BEGIN', 'COMMIT']);
    });

    test('begin() itself sends BEGIN', async () => {
      connection = fixture.engine.connect({ autobegin: true, begin: 'eager' });
      control.length = 0;
      await connection.begin();
      expect(control).toEqual(['BEGIN']);
    });
  });

  test('a read-only transaction refuses writes, and the connection writes again afterwards', async () => {
    connection = fixture.engine.connect();
    await connection.begin({ readOnly: true });
    await connection.execute('select name from items');
    await expect(insert(connection, 'a')).rejects.toThrow(/read.?only/i);
    await connection.rollback();
    await insert(connection, 'b');
    expect(await fixture.names()).toEqual(['b']);
  });
});
