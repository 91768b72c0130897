import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { ScopedSession } from '@quartet/db-core';
import {
  InvalidRequestError,
  outsideScope,
  runInScope,
  ScopeClosedError,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { deferred, onEachEngine } from '../support';
import type { LibraryConnection } from './facades';
import { facades } from './facades';

const insert = (name: string): string => `insert into items (name) values ('${name}')`;
const NAMES = 'select name from items order by name';

/** How a server is asked for a connection's number and told to end it, and what leaves something on one. */
const LOST = {
  postgres: {
    ask: 'select pg_backend_pid()',
    kill: (id: number) => `select pg_terminate_backend(${id})`,
    state: "set application_name = 'kept'",
  },
  mariadb: {
    ask: 'select connection_id()',
    kill: (id: number) => `kill ${id}`,
    state: 'set @kept = 1',
  },
};

onEachEngine((fixture) => {
  let Session: ScopedSession;
  beforeAll(() => {
    Session = scopedSession(sessionmaker({ bind: fixture.engine }));
  });

  describe.each(facades[fixture.name])('$name', (facade) => {
    let library: LibraryConnection;
    const inUse = (): number => fixture.engine.status().inUse;
    const allBack = async (): Promise<void> => {
      while (inUse() > 0) await once(fixture.engine, 'checkin');
    };
    const open = async (): Promise<LibraryConnection> =>
      (library = await facade.open(fixture.engine));

    afterEach(async () => {
      await library.release();
      await allBack();
    });

    test('commits each statement by itself outside a scope', async () => {
      await open();
      await library.run(insert('a'));
      expect(inUse()).toBe(facade.checkedOut ? 1 : 0);
      expect(await fixture.names()).toEqual(['a']);
    });

    test('joins the transaction of the session, whatever becomes of it', async () => {
      await runInScope(async () => {
        await open();
        await library.run(insert('lost'));
        await Session.rollback();
        await library.run(insert('kept'));
        expect(await fixture.names()).toEqual([]);
        expect(await library.values(NAMES)).toEqual(['kept']);
        await Session.commit();
        await library.run(insert('forgotten'));
      });
      expect(await fixture.names()).toEqual(['kept']);
    });

    test('has a transaction of its own outside a scope, on one connection', async () => {
      await open();
      await library.run('BEGIN');
      await library.run(insert('a'));
      expect(inUse()).toBe(1);
      expect(await fixture.names()).toEqual([]);
      await library.run('COMMIT');
      expect(await fixture.names()).toEqual(['a']);
      await library.run('BEGIN');
      await library.run(insert('b'));
      await library.run('ROLLBACK');
      await library.run(insert('c'));
      expect(await fixture.names()).toEqual(['a', 'c']);
    });

    test.each(['/* app=shop */ BEGIN', '-- begin\nSTART TRANSACTION', '\n  begin;'])(
      'knows its BEGIN behind comments and white space: %j',
      async (begin) => {
        await open();
        await library.run(begin);
        await library.run(insert('lost'));
        expect(await fixture.names()).toEqual([]);
        await library.run('/* app=shop */ ROLLBACK');
        expect(await fixture.names()).toEqual([]);
      },
    );

    test('may end its own transaction although DDL or nobody has begun it', async () => {
      await open();
      await library.run('COMMIT');
      await library.run('BEGIN');
      await library.run('create table made (id int)');
      await library.run('COMMIT');
      await library.run('drop table made');
      await expect(library.run('ROLLBACK')).resolves.toBeUndefined();
    });

    test('keeps the order of statements that are not awaited', async () => {
      await open();
      await Promise.all(
        ['BEGIN', insert('a'), insert('b'), 'ROLLBACK', 'BEGIN', insert('c'), 'COMMIT'].map(
          library.run,
        ),
      );
      expect(await fixture.names()).toEqual(['c']);
    });

    test('nests its transactions in the session as savepoints', async () => {
      await runInScope(async () => {
        await open();
        await Session.execute(insert('outer'));
        await library.run('BEGIN');
        await library.run(insert('undone'));
        await library.run('ROLLBACK');
        await library.run('BEGIN');
        await library.run(insert('inner'));
        await library.run('COMMIT');
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['inner', 'outer']);
    });

    test('may not commit the session', async () => {
      await runInScope(async () => {
        await open();
        await library.run(insert('a'));
        await expect(library.run('COMMIT')).rejects.toThrow(InvalidRequestError);
      });
      expect(await fixture.names()).toEqual([]);
    });

    test('rolls an unfinished transaction back when it is released', async () => {
      await open();
      await library.run('BEGIN');
      await library.run(insert('a'));
      await library.release();
      await allBack();
      expect(await fixture.names()).toEqual([]);
    });

    test('rolls an unfinished nested transaction back when it is released in a session', async () => {
      await runInScope(async () => {
        await Session.execute(insert('outer'));
        await open();
        await library.run('BEGIN');
        await library.run(insert('inner'));
        await library.release();
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['outer']);
    });

    test('finds the session that replaced a removed one', async () => {
      await runInScope(async () => {
        await open();
        await library.run(insert('a'));
        await Session.remove();
        await library.run(insert('b'));
        await Session.commit();
      });
      expect(await fixture.names()).toEqual(['b']);
    });

    test('has a connection beside the session outside of it', async () => {
      await runInScope(async () => {
        await outsideScope(open);
        await outsideScope(() => library.run(insert('kept')));
        await Session.execute(insert('lost'));
      });
      expect(await fixture.names()).toEqual(['kept']);
    });

    if (fixture.name !== 'sqlite')
      test('never goes on with another connection where it was promised one', async () => {
        const { ask, kill, state } = LOST[fixture.name === 'postgres' ? 'postgres' : 'mariadb'];
        await open();
        if (!facade.checkedOut) await library.run(state);
        const [id] = await library.values(ask);
        await fixture.engine.execute(kill(Number(id)));
        const gone = /connection|closed|terminat|socket/i; // as the end of the connection reaches the driver
        await expect(library.run('select 1')).rejects.toThrow(gone);
        await expect(library.run('select 1')).rejects.toThrow(gone);
        await library.release();
        await open();
        expect(await library.values('select 1')).toEqual([1]);
      });

    test('is refused in work that outlived its scope', async () => {
      const { promise, resolve } = deferred();
      const late: Promise<void>[] = [];
      await runInScope(async () => {
        await open();
        late.push(promise.then(() => library.run(insert('late'))));
      });
      resolve();
      await expect(late[0]).rejects.toThrow(ScopeClosedError);
      expect(await fixture.names()).toEqual([]);
    });

    test('calls back in the async context of the caller', async () => {
      const context = new AsyncLocalStorage<number>();
      await open();
      const seen = [1, 2, 3].map((n) =>
        context.run(
          n,
          () =>
            new Promise((resolve) => library.callback(NAMES, () => resolve(context.getStore()))),
        ),
      );
      expect(await Promise.all(seen)).toEqual([1, 2, 3]);
    });

    test('reports an error by callback and stays usable', async () => {
      await open();
      const error = await new Promise((resolve) =>
        library.callback('select nonsense from items', resolve),
      );
      expect(String(error)).toContain('nonsense');
      expect(await library.values(NAMES)).toEqual([]);
    });
  });
});
