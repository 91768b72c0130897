/**
 * Brings a database to a version of the schema and back. Umzug decides which migrations are due; this package has the
 * lock, the journal and the running of statements, since they differ by database.
 *
 * @see https://github.com/sequelize/umzug
 */
import type { Connection, Engine } from '@quartet/db-core';
import { outsideScope } from '@quartet/db-core';
import { bindKnex } from '@quartet/db-knex';
import { Umzug } from 'umzug';
import { MigrationError } from './errors';
import { existingTables, Journal } from './journal';
import { withLock } from './lock';
import type { Migration } from './migration';
import { Runner } from './runner';
import { tableNames, versions } from './versions';

export interface MigratorOptions {
  /** Default: this package's history of the four tables. */
  readonly migrations?: readonly Migration[];
  /** How long to wait for another migrator. Default 60000; on SQLite the engine's `busyTimeoutMs` counts. */
  readonly lockTimeoutMs?: number;
  /** Called once when another migrator is waited for. */
  readonly onWait?: () => void;
  /** Called after each migration that was applied or rolled back. */
  readonly onDone?: (name: string, direction: 'up' | 'down') => void;
}

export interface MigrationStatus {
  readonly name: string;
  /** `unknown`: applied, but not in this history. */
  readonly state: 'applied' | 'pending' | 'half done' | 'unknown';
  readonly appliedAt: Date | undefined;
  /** How many statements of a half-done migration have run. */
  readonly done: number;
  readonly total: number | undefined;
}

/** What a command uses while it has the lock. */
interface Work {
  readonly connection: Connection;
  readonly journal: Journal;
  readonly runner: Runner;
  readonly umzug: Umzug;
}

export class Migrator {
  readonly #engine: Engine;
  readonly #migrations: readonly Migration[];
  readonly #options: MigratorOptions;

  constructor(engine: Engine, options: MigratorOptions = {}) {
    this.#engine = engine;
    this.#migrations = options.migrations ?? versions;
    this.#options = options;
  }

  /** All migrations of this history, in order, and those that only the database has. Changes nothing. */
  async status(): Promise<MigrationStatus[]> {
    return await this.#connected(async (connection) => {
      const entries = new Map(
        (await new Journal(connection).entries()).map((entry) => [entry.name, entry]),
      );
      const names = new Set([...this.#migrations.map(({ name }) => name), ...entries.keys()]);
      return [...names].map((name): MigrationStatus => {
        const entry = entries.get(name);
        const known = this.#migrations.some((migration) => migration.name === name);
        const reached = entry?.appliedAt ? 'applied' : entry ? 'half done' : 'pending';
        return {
          name,
          state: known ? reached : 'unknown',
          appliedAt: entry?.appliedAt,
          done: entry?.done ?? 0,
          total: entry?.total,
        };
      });
    });
  }

  /** Whether the tables of the history exist without a journal: a style's `createAll` made them. */
  async isAdoptable(): Promise<boolean> {
    return await this.#connected((connection) => adoptable(connection, new Journal(connection)));
  }

  /**
   * Applies what is pending, up to and including `to`.
   *
   * @param options.skipStatement counts the statement at which a migration stopped (MariaDB) as run.
   * @returns the names of those applied now.
   * @throws MigrationStoppedError, MigrationLockedError, MigrationError
   */
  async migrate(
    options: { readonly to?: string | undefined; readonly skipStatement?: boolean } = {},
  ): Promise<string[]> {
    const { to, skipStatement = false } = options;
    this.#assertKnown(to);
    return await this.#locked(async ({ connection, journal, umzug }) => {
      if (await adoptable(connection, journal))
        throw new MigrationError(
          'the tables are there already, made by an app and not by migrations. ' +
            '"npm run db:migrate -- --adopt" takes them as they are; "npm run db:reset -- --yes" makes them anew, empty.',
        );
      await journal.create();
      if (skipStatement) await skip(journal);
      return (await umzug.up(to === undefined ? {} : { to })).map(({ name }) => name);
    });
  }

  /** Records all migrations as applied, for tables that a style's `createAll` made. Changes no table. */
  async adopt(): Promise<string[]> {
    return await this.#locked(async ({ connection, journal, runner }) => {
      if (!(await adoptable(connection, journal)))
        throw new MigrationError(
          'there is nothing to adopt: either migrations were applied here, or tables are missing.',
        );
      await journal.create();
      for (const migration of this.#migrations)
        await journal.applied(migration.name, runner.count(migration));
      return this.#migrations.map(({ name }) => name);
    });
  }

  /**
   * Rolls back the last applied migration, or all down to and including `to`, or all. A migration that stopped half way
   * (MariaDB) is the last: its statements that ran are undone.
   *
   * @returns the names, the latest first.
   */
  async rollback(
    options: { readonly to?: string | undefined; readonly all?: boolean } = {},
  ): Promise<string[]> {
    const { to, all = false } = options;
    this.#assertKnown(to);
    return await this.#locked(async ({ journal, runner, umzug }) => {
      const undone: string[] = [];
      // Umzug rolls back applied migrations; it counts a half-done one as pending.
      for (const { name, appliedAt } of await journal.entries()) {
        const migration = this.#migrations.find((each) => each.name === name);
        if (appliedAt || !migration) continue;
        await runner.revert(migration);
        this.#options.onDone?.(name, 'down');
        undone.push(name);
      }
      if (undone.length > 0 && !all && (to === undefined || undone.includes(to))) return undone;
      const rest = all ? { to: 0 as const } : to === undefined ? {} : { to };
      return [...undone, ...(await umzug.down(rest)).map(({ name }) => name)];
    });
  }

  /** Drops the tables of this package's history with everything in them, and applies all migrations. */
  async reset(): Promise<string[]> {
    return await this.#locked(async ({ connection, journal, umzug }) => {
      await journal.create();
      await journal.forgetAll();
      for (const name of tableNames) await connection.execute(`drop table if exists ${name}`);
      return (await umzug.up()).map(({ name }) => name);
    });
  }

  #assertKnown(name: string | undefined): void {
    if (name === undefined || this.#migrations.some((migration) => migration.name === name)) return;
    throw new MigrationError(
      `there is no migration '${name}'; there are ${this.#migrations.map((each) => each.name).join(', ')}.`,
    );
  }

  /** On one connection of its own, outside every scope: MariaDB would commit a session's work. */
  #connected<T>(fn: (connection: Connection) => Promise<T>): Promise<T> {
    return outsideScope(async () => {
      await this.#engine.ready(); // Knex compiles for the version of the server
      const connection = this.#engine.connect();
      try {
        return await fn(connection);
      } finally {
        await connection.close();
      }
    });
  }

  #locked<T>(fn: (work: Work) => Promise<T>): Promise<T> {
    const { lockTimeoutMs: timeoutMs = 60_000, onWait = () => undefined } = this.#options;
    return this.#connected((connection) =>
      withLock(this.#engine, connection, { timeoutMs, onWait }, async (assertHeld) => {
        const journal = new Journal(connection);
        const runner = new Runner(connection, bindKnex(this.#engine), journal, assertHeld);
        await this.#assertNoneUnknown(journal);
        try {
          return await fn({ connection, journal, runner, umzug: this.#umzug(runner, journal) });
        } catch (error) {
          throw ownError(error);
        }
      }),
    );
  }

  #umzug(runner: Runner, journal: Journal): Umzug {
    const { onDone } = this.#options;
    return new Umzug({
      migrations: this.#migrations.map((migration) => ({
        name: migration.name,
        up: async () => {
          await runner.apply(migration);
          onDone?.(migration.name, 'up');
        },
        down: async () => {
          await runner.revert(migration);
          onDone?.(migration.name, 'down');
        },
      })),
      storage: {
        async executed() {
          const entries = await journal.entries();
          return entries.filter(({ appliedAt }) => appliedAt).map(({ name }) => name);
        },
        // The runner has written the journal, in the migration's transaction where there is one.
        async logMigration() {},
        async unlogMigration() {},
      },
      logger: undefined,
    });
  }

  async #assertNoneUnknown(journal: Journal): Promise<void> {
    const known = new Set(this.#migrations.map(({ name }) => name));
    const unknown = (await journal.entries()).filter(({ name }) => !known.has(name));
    if (unknown.length === 0) return;
    throw new MigrationError(
      `this database has migrations that are not in this checkout: ${unknown.map(({ name }) => name).join(', ')}. ` +
        'Use the version of the code that has them.',
    );
  }
}

async function adoptable(connection: Connection, journal: Journal): Promise<boolean> {
  if ((await journal.entries()).length > 0) return false;
  const there = await existingTables(connection);
  return tableNames.every((name) => there.includes(name));
}

async function skip(journal: Journal): Promise<void> {
  const half = (await journal.entries()).find(({ appliedAt }) => !appliedAt);
  if (!half)
    throw new MigrationError('there is no statement to skip: no migration has stopped half way.');
  await journal.halfDone(half.name, Math.min(half.done + 1, half.total), half.total);
}

/** Umzug wraps the error of a migration, with its stack in the message. */
function ownError(error: unknown): unknown {
  const { cause } = error as { cause?: unknown };
  return cause instanceof MigrationError ? cause : error;
}
