/** One migrator at a time: on a server, through a pooler, and over the servers of a cluster. */
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { FreshDatabase, Pooler } from '@quartet/testing';
import {
  describeOn,
  describePooler,
  freshDatabase,
  startPooler,
  testEngines,
} from '@quartet/testing';
import type { Migration } from '../src';
import { MigrationLockedError, Migrator, versions } from '../src';
import { claimOf } from '../src/claim';

const NAMES = versions.map(({ name }) => name);

/** Three processes start at once, twice: what they have applied, the most first. */
async function atOnce(make: () => Engine): Promise<string[][][]> {
  const rounds = [];
  for (let round = 0; round < 2; round++) {
    const engines = [make(), make(), make()];
    const applied = await Promise.all(engines.map((engine) => new Migrator(engine).migrate()));
    rounds.push(applied.toSorted((a, b) => b.length - a.length));
    for (const engine of engines) await engine.dispose();
  }
  return rounds;
}

/** Of this database: `pg_locks` shows those of the whole server, other tests' too. */
const ADVISORY_LOCKS =
  "from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";

const ONCE = [
  [NAMES, [], []],
  [[], [], []],
];

describe.each(testEngines())('on $name', ({ name }) => {
  test('of three migrators at once one applies all, the others nothing', async () => {
    const database = await freshDatabase(name);
    expect(await atOnce(() => createEngine(database.url))).toEqual(ONCE);
    await database.drop();
  });
});

describePooler('behind PgBouncer', () => {
  let pooler: Pooler;
  let database: FreshDatabase;

  beforeAll(async () => {
    pooler = await startPooler(['default_pool_size = 2']);
    database = await freshDatabase('postgres');
  });
  afterAll(async () => {
    await pooler.stop();
    await database.drop();
  });

  test('of three migrators at once one applies all, and no lock stays', async () => {
    expect(await atOnce(() => createEngine(pooler.through(database.url)))).toEqual(ONCE);
    const direct = createEngine(database.url);
    const locks = await direct.execute(`select 1 ${ADVISORY_LOCKS}`);
    expect(locks.rowCount).toBe(0);
    await direct.dispose();
  });
});

describeOn('postgres', 'the lock of a transaction', () => {
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await freshDatabase('postgres');
  });
  afterEach(() => database.drop());

  test('when it is lost, nothing more runs and nothing of the migration is kept', async () => {
    const engine = createEngine(database.url);
    const lost: Migration = {
      name: 'lost',
      steps: (knex) => [
        {
          up: knex.raw(
            `select pg_terminate_backend(pid, 5000) ${ADVISORY_LOCKS} and pid <> pg_backend_pid()`,
          ),
        },
        { up: knex.raw('create table never (n int)') },
      ],
    };
    await expect(new Migrator(engine, { migrations: [lost] }).migrate()).rejects.toThrow(
      /terminating connection|connection .* was lost|broke/,
    );
    const made = await engine.execute("select to_regclass('never') as made");
    expect(made.scalar()).toBeNull();
    expect(engine.status()).toMatchObject({ inUse: 0 });
    expect(await new Migrator(engine).migrate()).toEqual(NAMES);
    await engine.dispose();
  });

  test('a pool of one is refused in words', async () => {
    const engine = createEngine(database.url, { poolSize: 1 });
    await expect(new Migrator(engine).migrate()).rejects.toThrow('set poolSize to 2 or more');
    await engine.dispose();
  });
});

describeOn('mariadb', 'the claim that holds over the servers of a cluster', () => {
  let database: FreshDatabase;
  let engine: Engine;
  beforeEach(async () => {
    database = await freshDatabase('mariadb');
    engine = createEngine(database.url);
  });
  afterEach(async () => {
    await engine.dispose();
    await database.drop();
  });

  test('is one migrator’s at a time, and free again when it is released', async () => {
    const claims = [claimOf(engine), claimOf(engine), claimOf(engine)];
    const taken = await Promise.all(claims.map((claim) => claim.acquire(0)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    const [mine] = claims.filter((_, i) => taken[i]);
    await mine?.assertHeld?.();
    await mine?.release();
    const other = claimOf(engine);
    expect(await other.acquire(0)).toBe(true);
    await mine?.release(); // not its own any more
    await other.assertHeld?.();
    await other.release();
  });

  test('is lost when it has run out and another has taken it', async () => {
    const [frozen, other] = [claimOf(engine), claimOf(engine)];
    await frozen.acquire(0);
    expect(await other.acquire(0)).toBe(false);
    await engine.execute("update quartet_migrations_lock set held_until = '2026-01-01'");
    expect(await other.acquire(0)).toBe(true);
    await expect(frozen.assertHeld?.()).rejects.toThrow(MigrationLockedError);
    await frozen.release();
    await other.assertHeld?.();
    await other.release();
  });
});
