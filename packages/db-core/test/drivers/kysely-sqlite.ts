/**
 * Kysely on a SQLite engine. Its own dialect calls better-sqlite3 without awaiting it, so this is what a library
 * that takes no asynchronous driver needs: a connection of its own whose statements go through a `Route`.
 */
import type { Engine } from '@quartet/db-core';
import { Route, runSqlite } from '@quartet/db-core/drivers';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { CompiledQuery as Compiled, SqliteDialect } from 'kysely';

export class EngineSqliteDialect extends SqliteDialect {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super({ database: () => Promise.reject(new Error('never opened')) });
    this.#engine = engine;
  }

  override createDriver(): Driver {
    return new EngineDriver(this.#engine);
  }
}

class EngineDriver implements Driver {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<EngineConnection> {
    return new EngineConnection(this.#engine);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('begin'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('rollback'));
  }

  async releaseConnection(connection: EngineConnection): Promise<void> {
    await connection.route.free();
  }

  async destroy(): Promise<void> {}
}

class EngineConnection implements DatabaseConnection {
  readonly route: Route;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.route = new Route(engine, true);
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const outcome = await runSqlite(this.#engine, this.route, { sql, values: parameters });
    return { rows: (outcome?.rows ?? []) as R[], numAffectedRows: BigInt(outcome?.changes ?? 0) };
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }
}
