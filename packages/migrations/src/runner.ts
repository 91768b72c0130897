/**
 * Runs the statements of one migration. SQLite and PostgreSQL undo a failed migration as a whole; MariaDB commits at
 * each change of a table, so that the journal is written after every statement there.
 */
import type { Connection } from '@quartet/db-core';
import type { Knex } from 'knex';
import { MigrationError, MigrationStoppedError } from './errors';
import type { Journal } from './journal';
import type { Migration, Sql, Step } from './migration';
import { compile } from './migration';

export class Runner {
  readonly #connection: Connection;
  readonly #knex: Knex;
  readonly #journal: Journal;
  readonly #assertHeld: () => Promise<unknown>;

  /** @param assertHeld rejects when the lock was lost: nothing more runs then */
  constructor(
    connection: Connection,
    knex: Knex,
    journal: Journal,
    assertHeld: () => Promise<unknown>,
  ) {
    this.#connection = connection;
    this.#knex = knex;
    this.#journal = journal;
    this.#assertHeld = assertHeld;
  }

  get #transactionalDdl(): boolean {
    return this.#connection.engine.dialect.facts.transactionalDdl;
  }

  /** How many statements the migration has on this database. */
  count(migration: Migration): number {
    return upStatements(migration.steps(this.#knex)).length;
  }

  async apply(migration: Migration): Promise<void> {
    const { name } = migration;
    const statements = upStatements(migration.steps(this.#knex));
    const total = statements.length;
    if (this.#transactionalDdl) {
      await this.#atomically(async () => {
        await this.#run(statements, 0, (at, cause) =>
          this.#stopped(name, 'up', statements, at, cause),
        );
        await this.#journal.applied(name, total);
      });
      return;
    }
    const begun = (await this.#journal.entries()).find((entry) => entry.name === name);
    if (begun && begun.total !== total)
      throw new MigrationError(
        `${name} was edited since it stopped half way (${begun.total} statements then, ${total} now). ` +
          'Bring the old one back, or undo by hand what ran and delete its row in quartet_migrations.',
      );
    const start = begun?.done ?? 0;
    await this.#run(
      statements,
      start,
      (at, cause) => this.#stopped(name, 'up', statements, at, cause),
      (done) => this.#journal.halfDone(name, done, total),
    );
    await this.#journal.applied(name, total);
  }

  async revert(migration: Migration): Promise<void> {
    const { name } = migration;
    const steps = migration.steps(this.#knex);
    assertReversible(name, steps);
    if (this.#transactionalDdl) {
      const statements = [...steps].reverse().flatMap(downStatements);
      await this.#atomically(async () => {
        await this.#run(statements, 0, (at, cause) =>
          this.#stopped(name, 'down', statements, at, cause),
        );
        await this.#journal.forget(name);
      });
      return;
    }
    await this.#revertStepwise(name, steps);
    await this.#journal.forget(name);
  }

  /** Undoes each step of which a statement has run, the last step first. */
  async #revertStepwise(name: string, steps: readonly Step[]): Promise<void> {
    const total = upStatements(steps).length;
    const entry = (await this.#journal.entries()).find((each) => each.name === name);
    const begun = steps
      .map((step, i) => ({ step, before: upStatements(steps.slice(0, i)).length }))
      .filter(({ before }) => before < (entry?.done ?? 0))
      .reverse();
    const all = begun.flatMap(({ step }) => downStatements(step));
    let done = 0;
    for (const { step, before } of begun) {
      const statements = downStatements(step);
      const offset = done;
      await this.#run(statements, 0, (at, cause) =>
        this.#stopped(name, 'down', all, offset + at, cause),
      );
      done += statements.length;
      await this.#journal.halfDone(name, before, total);
    }
  }

  async #run(
    statements: readonly Sql[],
    start: number,
    stopped: (at: number, cause: unknown) => Error,
    onDone?: (done: number) => Promise<void>,
  ): Promise<void> {
    for (const [i, { sql, bindings }] of statements.entries()) {
      if (i < start) continue;
      await this.#assertHeld();
      try {
        await this.#connection.execute(sql, bindings.length > 0 ? bindings : undefined);
      } catch (error) {
        throw stopped(i, error);
      }
      await onDone?.(i + 1);
    }
  }

  async #atomically(fn: () => Promise<void>): Promise<void> {
    const connection = this.#connection;
    if (connection.inTransaction) {
      // SQLite: the lock is a transaction around all migrations, with foreign keys off.
      await connection.beginNested(async () => {
        await fn();
        await assertForeignKeys(connection);
      });
      return;
    }
    await connection.begin();
    try {
      await fn();
      await connection.commit();
    } catch (error) {
      await connection.rollback();
      throw error;
    }
  }

  #stopped(
    migration: string,
    direction: 'up' | 'down',
    statements: readonly Sql[],
    at: number,
    cause: unknown,
  ): MigrationStoppedError {
    const isKept = !this.#transactionalDdl;
    return new MigrationStoppedError({ migration, direction, statements, at, isKept, cause });
  }
}

/** Checks foreign keys, which were off while the tables changed: rows that refer to no row would stay. */
async function assertForeignKeys(connection: Connection): Promise<void> {
  const broken = [...(await connection.execute('PRAGMA foreign_key_check'))];
  if (broken.length === 0) return;
  const tables = [...new Set(broken.map((row) => String(row['table'])))].join(', ');
  throw new MigrationError(
    `${broken.length} rows (in ${tables}) would refer to rows that are not there. Nothing was kept.`,
  );
}

function assertReversible(name: string, steps: readonly Step[]): void {
  if (steps.every(({ down }) => down !== undefined)) return;
  throw new MigrationError(
    `${name} cannot be rolled back: a step of it has no way back. Nothing was changed.`,
  );
}

function upStatements(steps: readonly Step[]): Sql[] {
  return steps.flatMap(({ up }) => compile(up));
}

function downStatements({ down }: Step): Sql[] {
  return down ? compile(down) : [];
}
