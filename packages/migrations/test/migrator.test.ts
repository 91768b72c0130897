/** The history applied and undone on each database, and what happens when a statement is refused. */
import { Probe } from '@quartet/conformance';
import type { Engine } from '@quartet/db-core';
import { createEngine, runInScope } from '@quartet/db-core';
import { bareSchema, expectedSchema, freshDatabase, testEngines } from '@quartet/testing';
import type { FreshDatabase } from '@quartet/testing';
import type { Migration } from '../src';
import { Migrator, MigrationStoppedError, tableNames, versions } from '../src';

const NAMES = versions.map(({ name }) => name);

describe.each(testEngines())('on $name', ({ name: engineName, dialect }) => {
  let database: FreshDatabase;
  let engine: Engine;
  let probe: Probe;

  beforeEach(async () => {
    database = await freshDatabase(engineName);
    engine = createEngine(database.url);
    probe = await Probe.open(engineName, database.url);
  });
  afterEach(async () => {
    expect(engine.status()).toMatchObject({ inUse: 0 });
    await engine.dispose();
    await probe.close();
    await database.drop();
  });

  /** The schema without the journal. */
  async function schema(): Promise<unknown> {
    const { quartet_migrations: _, ...tables } = await bareSchema(database.url);
    return tables;
  }

  test('the history makes the four tables of the contract', async () => {
    expect(await new Migrator(engine).migrate()).toEqual(NAMES);
    expect(await schema()).toEqual(expectedSchema(dialect));
    expect(Object.keys(expectedSchema(dialect)).sort()).toEqual([...tableNames].sort());
  });

  test('an applied migration is not applied again, and status says since when', async () => {
    const migrator = new Migrator(engine);
    expect((await migrator.status()).map(({ state }) => state)).toEqual(NAMES.map(() => 'pending'));
    expect(Object.keys(await probe.schema())).toEqual([]); // asking makes no table
    await migrator.migrate();
    expect(await migrator.migrate()).toEqual([]);
    for (const { state, appliedAt } of await migrator.status()) {
      expect(state).toBe('applied');
      expect(appliedAt?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    }
  });

  test('rollback undoes the last migration, all down to one, or all', async () => {
    const migrator = new Migrator(engine);
    await migrator.migrate({ to: NAMES[1] });
    expect(Object.keys((await schema()) as object).sort()).toEqual(['messages', 'users']);
    await migrator.migrate();
    expect(await migrator.rollback()).toEqual([NAMES[2]]);
    await migrator.migrate();
    expect(await migrator.rollback({ to: NAMES[1] })).toEqual([NAMES[2], NAMES[1]]);
    expect(await migrator.rollback({ all: true })).toEqual([NAMES[0]]);
    expect(await schema()).toEqual({});
    expect(await migrator.rollback()).toEqual([]);
  });

  test('tables that an app made are distinguished from an empty database, and can be adopted', async () => {
    const migrator = new Migrator(engine);
    await migrator.migrate();
    await probe.rows('DROP TABLE quartet_migrations');
    await probe.addUsers(1);
    expect(await migrator.isAdoptable()).toBe(true);
    await expect(migrator.migrate()).rejects.toThrow(/--adopt/);
    expect(await migrator.adopt()).toEqual(NAMES);
    expect(await migrator.migrate()).toEqual([]);
    expect(await probe.count('users')).toBe(1);
    await expect(migrator.adopt()).rejects.toThrow('nothing to adopt');
  });

  test('reset makes the tables anew, whatever made them', async () => {
    const migrator = new Migrator(engine);
    await migrator.migrate();
    await probe.addUsers(2);
    expect(await migrator.reset()).toEqual(NAMES);
    expect(await probe.count('users')).toBe(0);
    await probe.rows('DROP TABLE quartet_migrations');
    await migrator.reset();
    expect(await schema()).toEqual(expectedSchema(dialect));
  });

  test('a migration of another checkout is shown, and nothing is changed until it is resolved', async () => {
    const extra: Migration = {
      name: '2099-01-01-01-extra',
      steps: (knex) => [{ up: knex.raw('select 1') }],
    };
    await new Migrator(engine, { migrations: [...versions, extra] }).migrate();
    const migrator = new Migrator(engine);
    expect((await migrator.status()).at(-1)).toMatchObject({ name: extra.name, state: 'unknown' });
    await expect(migrator.migrate()).rejects.toThrow(extra.name);
    await expect(migrator.rollback()).rejects.toThrow(extra.name);
    await expect(
      new Migrator(engine, { migrations: [...versions, extra] }).rollback(),
    ).rejects.toThrow('no way back');
  });

  test('a session that has begun keeps its transaction while migrations run', async () => {
    const { scopedSession, sessionmaker } = await import('@quartet/db-core');
    await new Migrator(engine).migrate({ to: NAMES[0] });
    const Session = scopedSession(sessionmaker({ bind: engine }));
    await runInScope(async () => {
      await Session.begin();
      await Session.execute('select count(*) from users');
      if (engineName !== 'sqlite') {
        await Session.execute("insert into users (name, email) values ('a', 'a@localhost')");
        const steps: Migration['steps'] = (knex) => [
          { up: knex.raw('create table apart (n integer)') },
        ];
        await new Migrator(engine, {
          migrations: [...versions.slice(0, 1), { name: 'z', steps }],
        }).migrate();
      }
      await Session.rollback();
    });
    expect(await probe.count('users')).toBe(0);
  });

  describe('a statement that is refused', () => {
    /** The third of five statements cannot run while there are duplicates. */
    const words: Migration = {
      name: '2026-11-22-01-words',
      steps: (knex) => [
        {
          up: knex.raw('create table words (word varchar(20))'),
          down: knex.raw('drop table words'),
        },
        { up: knex('words').insert([{ word: 'a' }, { word: 'a' }]), down: knex('words').delete() },
        {
          up: knex.raw('create unique index one_word on words (word)'),
          down: knex.raw(`drop index one_word${dialect === 'mysql' ? ' on words' : ''}`),
        },
        {
          up: knex.raw('create table letters (letter varchar(1))'),
          down: knex.raw('drop table letters'),
        },
      ],
    };
    const migrator = (): Migrator => new Migrator(engine, { migrations: [...versions, words] });

    async function stopped(): Promise<MigrationStoppedError> {
      const error: unknown = await migrator()
        .migrate()
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(MigrationStoppedError);
      return error as MigrationStoppedError;
    }

    const shape = ({ message }: Error): string[] =>
      message
        .split('\n')
        .map((line) => line.replace(/: .*/, ': …').replace(/^( {2}\S.{12}).*/, '$1'));

    test('is reported with the statements that ran, those that did not and how to continue; migrations before it are applied', async () => {
      const error = await stopped();
      expect(error.message).toContain('stopped at statement 3 of 4: ');
      const states = shape(error).filter((line) => line.startsWith('  '));
      const ran = dialect === 'mysql' ? '  ran    ' : '  undone ';
      expect(states).toEqual([
        `${ran}   1  `,
        `${ran}   2  `,
        '  FAILED    3  ',
        '  not run   4  ',
      ]);
      expect(error.message).toContain(
        dialect === 'mysql' ? 'continues with statement 3' : 'Nothing of this migration was kept',
      );
      const tables = Object.keys((await schema()) as object);
      expect(tables.includes('words')).toBe(dialect === 'mysql');
      expect(tables).toEqual(expect.arrayContaining([...tableNames]));
      expect((await migrator().status()).map(({ state }) => state)).toEqual([
        ...NAMES.map(() => 'applied'),
        dialect === 'mysql' ? 'half done' : 'pending',
      ]);
    });

    if (dialect === 'mysql') {
      test('is where the next run goes on, once the cause is removed', async () => {
        await stopped();
        const again = await stopped(); // the cause is still there: it stops at the same statement
        expect(again.stop.at).toBe(2);
        await probe.rows('DELETE FROM words LIMIT 1');
        expect(await migrator().migrate()).toEqual([words.name]);
        expect(Object.keys(await probe.schema())).toEqual(
          expect.arrayContaining(['words', 'letters']),
        );
      });

      test('can be done by hand and skipped', async () => {
        await stopped();
        await probe.rows('CREATE INDEX one_word ON words (word)');
        expect(await migrator().migrate({ skipStatement: true })).toEqual([words.name]);
        await expect(migrator().migrate({ skipStatement: true })).rejects.toThrow(
          'no statement to skip',
        );
      });

      test('leaves a migration that rollback undoes as far as it ran', async () => {
        await stopped();
        expect(await migrator().rollback()).toEqual([words.name]);
        expect(await schema()).toEqual(expectedSchema(dialect));
        expect((await migrator().status()).at(-1)?.state).toBe('pending');
      });

      test('on the way back is where the next rollback goes on', async () => {
        await stopped();
        await probe.rows('DELETE FROM words LIMIT 1');
        await migrator().migrate();
        await probe.rows('DROP INDEX one_word ON words'); // a change from outside
        const error: unknown = await migrator()
          .rollback()
          .catch((thrown: unknown) => thrown);
        expect((error as Error).message).toContain('(down) stopped at statement 2 of 4');
        await probe.rows('CREATE INDEX one_word ON words (word)');
        expect(await migrator().rollback()).toEqual([words.name]);
        expect(await schema()).toEqual(expectedSchema(dialect));
      });

      test('of a migration that was edited meanwhile is refused', async () => {
        await stopped();
        const edited: Migration = { ...words, steps: (knex) => words.steps(knex).slice(0, 3) };
        const other = new Migrator(engine, { migrations: [...versions, edited] });
        await expect(other.migrate()).rejects.toThrow('was edited since');
      });
    } else {
      test('leaves nothing of its migration, so that the next run begins it anew', async () => {
        await stopped();
        const mended: Migration = {
          ...words,
          steps: (knex) => words.steps(knex).filter((_, i) => i !== 1),
        };
        const other = new Migrator(engine, { migrations: [...versions, mended] });
        expect(await other.migrate()).toEqual([words.name]);
      });
    }
  });

  if (engineName === 'sqlite') {
    test('a table is rebuilt by SQLite’s recipe: rows that refer to it stay', async () => {
      await new Migrator(engine).migrate();
      const [user] = await probe.addUsers(1);
      await probe.addMessages(user!, 1);
      const rebuild: Migration = {
        name: '2026-11-22-01-rebuild',
        steps: (knex) => [
          {
            up: knex.raw('create table users_new (id integer primary key, name text, email text)'),
          },
          { up: knex.raw('insert into users_new select id, name, email from users') },
          { up: knex.raw('drop table users') },
          { up: knex.raw('alter table users_new rename to users') },
        ],
      };
      await new Migrator(engine, { migrations: [...versions, rebuild] }).migrate();
      expect(await probe.count('messages')).toBe(1);
      await engine.execute('delete from users'); // foreign keys are on again: the messages go with their users
      expect(await probe.count('messages')).toBe(0);
    });

    test('a migration that leaves rows which refer to no row is undone', async () => {
      await new Migrator(engine).migrate();
      const [user] = await probe.addUsers(1);
      await probe.addMessages(user!, 1);
      const orphans: Migration = { name: 'z', steps: (knex) => [{ up: knex('users').delete() }] };
      const migrator = new Migrator(engine, { migrations: [...versions, orphans] });
      await expect(migrator.migrate()).rejects.toThrow('1 rows (in messages)');
      expect(await probe.count('users')).toBe(1);
    });
  }

  test('a builder whose statements are not known before it runs is refused', async () => {
    const steps: Migration['steps'] = (knex) => [
      { up: knex.schema.alterTable('users', (t) => t.dropColumn('email')) },
    ];
    const migrator = new Migrator(engine, { migrations: [...versions, { name: 'z', steps }] });
    if (dialect === 'sqlite')
      await expect(migrator.migrate()).rejects.toThrow('write them yourself');
    else expect(await migrator.migrate()).toHaveLength(4);
  });
});
