/** One session on several databases: what it reaches, and what a commit does when one of them refuses. */
import type { Engine } from '@quartet/db-core';
import {
  createEngine,
  currentScope,
  PartialCommitError,
  runInScope,
  scopedSession,
  Session as PlainSession,
  sessionmaker,
} from '@quartet/db-core';
import { onEachEngine } from './support';

/** A database on which a commit fails: a row refers to one that is not there, and is not looked at before. */
async function refusing(): Promise<Engine> {
  const engine = createEngine('sqlite://');
  await engine.execute('create table parent (id integer primary key)');
  await engine.execute(
    'create table child (parent_id integer references parent deferrable initially deferred)',
  );
  return engine;
}

const ORPHAN = 'insert into child values (7)';
const ITEM = "insert into items (name) values ('kept')";

onEachEngine((fixture) => {
  test('a session reaches its bind and its binds, each with a connection of its own', async () => {
    const other = fixture.another();
    const Session = scopedSession(sessionmaker({ bind: fixture.engine, binds: { other } }));
    await runInScope(async () => {
      expect(Session.engines).toEqual([fixture.engine, other]);
      expect(Session.connection('other')).toBe(Session.connection(other));
      expect(Session.connection()).toBe(Session.connection(fixture.engine));
      await Session.execute('select 1');
      await Session.connection('other').execute('select 1');
      expect(currentScope()?.get(other)).toBe(Session());
    });
    for (const engine of [fixture.engine, other]) expect(engine.status().inUse).toBe(0);
  });

  test('an unknown key is refused with the known ones', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    await runInScope(() =>
      expect(() => Session.connection('auth')).toThrow(
        "Bind key 'auth' is not in this session's binds (it has none): sessionmaker({ bind, binds: { auth: engine } }).",
      ),
    );
  });

  test('when a database refuses after another has committed, the error names both; the one before keeps its rows', async () => {
    const broken = await refusing();
    const last = await refusing();
    const Session = scopedSession(sessionmaker({ bind: fixture.engine, binds: { broken, last } }));
    await runInScope(async () => {
      await Session.execute(ITEM);
      await Session.connection('broken').execute(ORPHAN);
      await Session.connection('last').execute('insert into parent values (1)');
      const committed = jest.fn();
      Session.afterCommit(committed);
      const refused = await Session.commit().then(
        () => undefined,
        (error: unknown) => error as PartialCommitError,
      );
      expect(refused).toBeInstanceOf(PartialCommitError);
      expect(refused).toMatchObject({
        code: 'PARTIAL_COMMIT',
        committed: [fixture.engine],
        cause: { code: 'INTEGRITY', kind: 'foreign-key' },
      });
      expect(committed).not.toHaveBeenCalled();
      await expect(Session.connection('last').execute('select 1')).rejects.toThrow(
        /Another database of this session refused to commit/,
      );
      await Session.rollback();
    });
    expect(await fixture.names()).toEqual(['kept']);
    expect((await last.execute('select count(*) from parent')).scalar()).toBe(0);
    for (const engine of [broken, last]) await engine.dispose();
  });

  test('when the first database refuses, nothing is committed anywhere', async () => {
    const broken = await refusing();
    const Session = scopedSession(sessionmaker({ bind: fixture.engine, binds: { broken } }));
    await runInScope(async () => {
      await Session.connection('broken').execute(ORPHAN);
      await Session.execute(ITEM);
      await expect(Session.commit()).rejects.toMatchObject({ code: 'INTEGRITY' });
      await Session.rollback();
    });
    expect(await fixture.names()).toEqual([]);
    await broken.dispose();
  });

  test('beginNested is a savepoint on every database: what fails is undone on each, what came before stays', async () => {
    const other = await refusing();
    const Session = scopedSession(sessionmaker({ bind: fixture.engine, binds: { other } }));
    const insertBoth = async (id: number): Promise<void> => {
      await Session.execute('insert into items (name) values (:name)', { name: `n${id}` });
      await Session.connection('other').execute('insert into parent values (:id)', { id });
    };
    await runInScope(async () => {
      await insertBoth(1);
      const failing = Session.beginNested(async () => {
        await insertBoth(2);
        throw new Error('not this one');
      });
      await expect(failing).rejects.toThrow('not this one');
      await Session.beginNested(() => insertBoth(3));
      await Session.commit();
    });
    expect(await fixture.names()).toEqual(['n1', 'n3']);
    expect((await other.execute('select id from parent order by id')).scalars()).toEqual([1, 3]);
    await other.dispose();
  });

  test('begin on a session that commits by itself opens a transaction on every database', async () => {
    const other = await refusing();
    const Session = scopedSession(
      sessionmaker({ bind: fixture.engine, binds: { other }, autocommit: true }),
    );
    await runInScope(async () => {
      await Session.begin();
      await Session.execute(ITEM);
      await Session.connection('other').execute('insert into parent values (1)');
      await Session.rollback();
    });
    expect(await fixture.names()).toEqual([]);
    expect((await other.execute('select count(*) from parent')).scalar()).toBe(0);
    await other.dispose();
  });

  test('begin is refused on all when one has a transaction already', async () => {
    const other = await refusing();
    const Session = scopedSession(sessionmaker({ bind: fixture.engine, binds: { other } }));
    await runInScope(async () => {
      await Session.connection('other').execute('insert into parent values (1)');
      await expect(Session.begin()).rejects.toThrow('use beginNested()');
      expect(Session.connection().inTransaction).toBe(false);
      expect(Session.connection('other').inTransaction).toBe(true);
    });
    await other.dispose();
  });

  test('a session with binds alone begins and nests on those', async () => {
    const Session = scopedSession(sessionmaker({ binds: { items: fixture.engine } }));
    await runInScope(async () => {
      await Session.begin();
      await Session.beginNested(() => Session.connection('items').execute(ITEM));
      await Session.commit();
    });
    expect(await fixture.names()).toEqual(['kept']);
  });

  test('reading from one database is no commit of it', async () => {
    const broken = await refusing();
    const Session = scopedSession(sessionmaker({ bind: fixture.engine, binds: { broken } }));
    await runInScope(async () => {
      await Session.execute('select count(*) from items');
      await Session.connection('broken').execute(ORPHAN);
      await expect(Session.commit()).rejects.not.toBeInstanceOf(PartialCommitError);
      await Session.rollback();
    });
    await broken.dispose();
  });

  test('beforeCommit runs once, after the flush, and what it does is committed too', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    await runInScope(async () => {
      await Session.execute("insert into items (name) values ('a')");
      Session.beforeCommit(() => Session.execute("insert into items (name) values ('b')"));
      await Session.commit();
      await Session.commit();
    });
    expect(await fixture.names()).toEqual(['a', 'b']);
  });

  test('a beforeCommit that throws prevents the commit', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    await runInScope(async () => {
      await Session.execute(ITEM);
      Session.beforeCommit(() => {
        throw new Error('not today');
      });
      await expect(Session.commit()).rejects.toThrow('not today');
      await Session.rollback();
    });
    expect(await fixture.names()).toEqual([]);
  });
});

test('sessionmaker makes sessions of the class it is given', async () => {
  class CustomSession extends PlainSession {}
  const engine = createEngine('sqlite://');
  expect(sessionmaker({ bind: engine, class: CustomSession })()).toBeInstanceOf(CustomSession);
  await engine.dispose();
});
