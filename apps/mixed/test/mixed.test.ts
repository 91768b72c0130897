/**
 * Four libraries, one transaction: what each writes the others see before the commit, and the server knows of
 * one connection, one transaction and one COMMIT.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Probe } from '@quartet/conformance';
import type { Engine } from '@quartet/db-core';
import {
  createEngine,
  currentScope,
  outsideScope,
  runInScope,
  IntegrityError,
  translateError,
} from '@quartet/db-core';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import { initDb } from '../src/database';
import { Session } from '../src/session';
import {
  knexLibrary,
  libraries,
  sequelize,
  sequelizeTypescript,
  typeorm,
} from './support/libraries';
import { witnesses } from './support/witness';

const POOL_SIZE = 5;

/** Each library writes one user, named by the prefix and its own number. */
async function writeWithAll(prefix: string): Promise<void> {
  for (const [i, library] of libraries.entries()) await library.write(`${prefix}${i}`);
}

const written = (prefix: string): string[] => libraries.map((_, i) => `${prefix}${i}`);

describe.each(testEngines())('on $name', ({ name }) => {
  let database: FreshDatabase;
  let engine: Engine;
  let probe: Probe;

  beforeAll(async () => {
    database = await freshDatabase(name);
    engine = createEngine(database.url, { poolSize: POOL_SIZE });
    probe = await Probe.open(name, database.url);
    await initDb(engine);
  });
  beforeEach(() => probe.empty());
  afterAll(async () => {
    await engine.dispose();
    await probe.close();
    await database.drop();
  });

  const committed = async (): Promise<string[]> =>
    (await probe.snapshot()).users.map((row) => String(row['name'])).sort();

  /** Counts an event of the engine while `fn` runs. */
  const counting = async (fn: () => Promise<void>): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    const events = ['checkout', 'checkin', 'begin', 'commit', 'rollback', 'savepoint'] as const;
    const listeners = events.map((event) => {
      const listener = (): void => void (counts[event] = (counts[event] ?? 0) + 1);
      engine.on(event, listener);
      return () => engine.off(event, listener);
    });
    await fn();
    for (const stop of listeners) stop();
    return counts;
  };

  describe('one transaction', () => {
    test('what one library writes the other three see before the commit, and nobody else does', async () => {
      const counts = await counting(() =>
        runInScope(async () => {
          const seen: string[] = [];
          for (const [i, writer] of libraries.entries()) {
            await writer.write(`a${i}`);
            seen.push(`a${i}`);
            for (const reader of libraries)
              expect([reader.name, await reader.read()]).toEqual([reader.name, seen]);
            expect(await committed()).toEqual([]);
          }
          await Session.commit();
          expect(await committed()).toEqual(written('a'));
        }),
      );
      expect(counts).toEqual({ checkout: 1, begin: 1, commit: 1, checkin: 1 });
    });

    test('what one library changes another reads changed', async () => {
      await runInScope(async () => {
        await writeWithAll('u');
        for (const [i, library] of libraries.entries()) {
          const next = (i + 1) % libraries.length;
          await library.change(`u${next}`, `changed by ${library.name}`);
        }
        await Session.commit();
      });
      const emails = (await probe.snapshot()).users.map((row) => row['email']);
      expect(emails).toEqual([3, 0, 1, 2].map((i) => `changed by ${libraries[i]?.name}`));
    });

    test('rollback leaves nothing of any of them, and the session goes on', async () => {
      await runInScope(async () => {
        await writeWithAll('r');
        await Session.rollback();
        for (const library of libraries) expect(await library.read()).toEqual([]);
        await writeWithAll('s');
        await Session.commit();
      });
      expect(await committed()).toEqual(written('s'));
    });

    test('a scope that ends without a commit, or by an error, leaves nothing', async () => {
      await runInScope(() => writeWithAll('t'));
      const failing = runInScope(async () => {
        await writeWithAll('e');
        throw new Error('the handler failed');
      });
      await expect(failing).rejects.toThrow('the handler failed');
      expect(await committed()).toEqual([]);
      expect(engine.status().inUse).toBe(0);
    });

    test('a violation in one library undoes what all four wrote', async () => {
      await runInScope(async () => {
        await writeWithAll('v');
        const error: unknown = await knexLibrary.write('v0').catch(translateError);
        expect(error).toBeInstanceOf(IntegrityError);
        await Session.rollback();
        await typeorm.write('after');
        await Session.commit();
      });
      expect(await committed()).toEqual(['after']);
    });

    test('statements of all four at the same moment take their turn on the one connection', async () => {
      await runInScope(async () => {
        await Promise.all(libraries.map((library, i) => library.write(`p${i}`)));
        const reads = await Promise.all(libraries.map((library) => library.read()));
        for (const read of reads) expect(read).toEqual(written('p'));
        await Session.commit();
      });
      expect(await committed()).toEqual(written('p'));
    });

    test('outsideScope has a connection of its own and sees nothing of it', async () => {
      await runInScope(async () => {
        await writeWithAll('o');
        for (const library of libraries) {
          expect([library.name, await outsideScope(() => library.read())]).toEqual([
            library.name,
            [],
          ]);
        }
      });
    });
  });

  describe('nested transactions', () => {
    const fail = async (
      fn: () => Promise<unknown>,
      library: (typeof libraries)[number],
    ): Promise<void> => {
      const failing = library.transaction(async () => {
        await fn();
        throw new Error('undo this');
      });
      await expect(failing).rejects.toThrow('undo this');
    };

    test.each(libraries)(
      'one of $name that fails undoes what any library wrote in it, and nothing else',
      async (library) => {
        await runInScope(async () => {
          await writeWithAll('outer');
          await fail(() => writeWithAll('undone'), library);
          await library.transaction(() => writeWithAll('kept'));
          await Session.commit();
        });
        expect(await committed()).toEqual([...written('kept'), ...written('outer')]);
      },
    );

    test.each(libraries)('one of another library inside one of $name nests', async (outer) => {
      await runInScope(async () => {
        for (const inner of libraries) {
          await outer.transaction(async () => {
            await inner.write(`kept by ${inner.name}`);
            await fail(() => outer.write(`undone by ${inner.name}`), inner);
            await inner.transaction(
              async () => void (await outer.write(`nested in ${inner.name}`)),
            );
          });
        }
        await Session.commit();
      });
      const expected = libraries.flatMap((inner) => [
        `kept by ${inner.name}`,
        `nested in ${inner.name}`,
      ]);
      expect(await committed()).toEqual(expected.sort());
    });

    test('four deep, the innermost undone', async () => {
      await runInScope(async () => {
        await sequelize.transaction(async () => {
          await sequelize.write('1');
          await knexLibrary.transaction(async () => {
            await knexLibrary.write('2');
            await sequelizeTypescript.transaction(async () => {
              await sequelizeTypescript.write('3');
              await fail(() => typeorm.write('4'), typeorm);
            });
          });
        });
        expect(await committed()).toEqual([]);
        await Session.commit();
      });
      expect(await committed()).toEqual(['1', '2', '3']);
    });

    test('a savepoint of the session holds what all four write', async () => {
      await runInScope(async () => {
        const failing = Session.beginNested(async () => {
          await writeWithAll('undone');
          throw new Error('undo this');
        });
        await expect(failing).rejects.toThrow('undo this');
        await Session.beginNested(() => writeWithAll('kept'));
        await Session.commit();
      });
      expect(await committed()).toEqual(written('kept'));
    });
  });

  test('sixty scopes on a pool of five: all finish, and none sees a row of another', async () => {
    const one = (i: number) =>
      runInScope(async () => {
        const scope = currentScope();
        const foreign: string[] = [];
        const look = async (
          library: (typeof libraries)[number],
          expected: number,
        ): Promise<void> => {
          expect(currentScope()).toBe(scope);
          const rows = await library.read();
          foreign.push(
            ...rows.filter((row) => !row.startsWith(`w${i}.`) && !row.endsWith('.done')),
          );
          expect(rows.filter((row) => row.startsWith(`w${i}.`))).toHaveLength(expected);
        };
        for (const [n, library] of libraries.entries()) {
          await library.write(`w${i}.${n}`);
          await delay(i % 4); // without a real pause in the middle interleaving goes well by luck
          await look(libraries[(n + i) % libraries.length] as (typeof libraries)[number], n + 1);
        }
        expect(foreign).toEqual([]);
        // Only from here on may the others see them, under a name that says so. One by one, by a unique key: a range
        // would lock rows and gaps of the others on MariaDB, which ends in a deadlock now and then.
        for (const name of libraries.map((_l, n) => `w${i}.${n}`))
          await Session.execute('UPDATE users SET name = ? WHERE name = ?', [`${name}.done`, name]);
        if (i % 2) await Session.rollback();
        else await Session.commit();
      });
    const ends = await Promise.allSettled(Array.from({ length: 60 }, (_, i) => one(i)));
    expect(ends.filter(({ status }) => status === 'rejected')).toEqual([]);
    const expected = Array.from({ length: 30 }, (_, i) =>
      libraries.map((_l, n) => `w${2 * i}.${n}.done`),
    ).flat();
    expect(await committed()).toEqual(expected.sort());
    expect(engine.status()).toMatchObject({ inUse: 0, waiting: 0 });
    expect(engine.status().size).toBeLessThanOrEqual(POOL_SIZE);
  });

  test("outside every scope each library's transaction is its own", async () => {
    await writeWithAll('alone');
    for (const library of libraries) {
      await library.transaction(async () => undefined);
      await expect(library.transaction(() => Promise.reject(new Error('undo')))).rejects.toThrow(
        'undo',
      );
    }
    expect(await committed()).toEqual(written('alone'));
    expect(engine.status().inUse).toBe(0);
  });

  test('by the server’s own account it is one connection, one transaction and one COMMIT', async () => {
    const lone = createEngine(database.url, { poolSize: 1 });
    await initDb(lone);
    try {
      await witnesses[name]({ engine: lone, probe });
      expect(await committed()).toHaveLength(libraries.length);
    } finally {
      await initDb(engine);
      await lone.dispose();
    }
  });
});
