/**
 * PRIVATE: the one place that goes behind TypeORM's public interface.
 *
 * TypeORM's better-sqlite3 driver holds one database and one query runner, which all callers share: their
 * transactions run into each other, and rows that were answered as saved are lost. Here each operation gets a
 * query runner of its own, as on the other databases, whose statements run on the current session's connection.
 * Instants are stored as the other libraries store them, as ISO 8601 text in UTC. What is read is read by what the model
 * says of a column, in whichever form it is stored.
 *
 * Touched are `driver.createQueryRunner`, `preparePersistentValue`, `prepareHydratedValue`, `escapeQueryWithParameters` and
 * `mappedDataTypes` of this DataSource's driver object, and `query`, `connect`, `release`, `loadPragmaRecords` and
 * the migration hooks of its query runners.
 */
import type { Engine } from '@quartet/db-core';
import type { StoredAs } from '@quartet/db-core/binding';
import { readAs } from '@quartet/db-core/binding';
import { Route, runSqlite } from '@quartet/db-core/drivers';
import type { DataSource, EntitySubscriberInterface, ObjectLiteral } from 'typeorm';
import { QueryFailedError, QueryResult, QueryRunnerAlreadyReleasedError } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner';
import { BroadcasterResult } from 'typeorm/subscriber/BroadcasterResult';

type Column = Parameters<BetterSqlite3Driver['preparePersistentValue']>[1];

/** Makes a DataSource of type `better-sqlite3`, not yet initialised, run on the engine. */
export function routeSqlite(dataSource: DataSource, engine: Engine): void {
  const driver = dataSource.driver as BetterSqlite3Driver;
  const prepare = driver.preparePersistentValue.bind(driver);
  driver.createQueryRunner = () => new EngineQueryRunner(driver, engine);
  driver.preparePersistentValue = (value: unknown, column: Column) => {
    const prepared: unknown = prepare(value, column);
    return column.type === 'datetime' || column.type === Date ? toIso(prepared) : prepared;
  };
  const hydrate = driver.prepareHydratedValue.bind(driver);
  driver.prepareHydratedValue = (value: unknown, column: Column): unknown => {
    const kind = STORED_AS.get(column.type);
    return hydrate(kind ? readAs(kind, value) : value, column);
  };
  driver.escapeQueryWithParameters = (sql: string, parameters: ObjectLiteral) =>
    bindAll(sql, parameters ?? {});
  const { now } = engine.dialect.facts.instant;
  Object.assign(driver.mappedDataTypes, { createDateDefault: now, updateDateDefault: now });
}

/** What TypeORM itself reads wrongly, or not at all, from a column of another type. */
const STORED_AS: ReadonlyMap<Column['type'], StoredAs> = new Map<Column['type'], StoredAs>([
  [Date, 'instant'],
  ['datetime', 'instant'],
  [Boolean, 'boolean'],
  ['boolean', 'boolean'],
  ...(
    ['int', 'integer', 'tinyint', 'smallint', 'mediumint', 'bigint', 'int2', 'int8'] as const
  ).map((type) => [type, 'number'] as const),
  ...(['decimal', 'numeric', 'real', 'double', 'double precision', 'float'] as const).map(
    (type) => [type, 'number'] as const,
  ),
]);

class EngineQueryRunner extends BetterSqlite3QueryRunner {
  readonly #route: Route;
  readonly #engine: Engine;
  #foreignKeysOff = false;

  constructor(driver: BetterSqlite3Driver, engine: Engine) {
    super(driver);
    this.#engine = engine;
    this.#route = new Route(engine, true);
  }

  /** There is no connection to hand out before a statement says what it is for. */
  override connect(): Promise<unknown> {
    return Promise.resolve(this.driver.databaseConnection);
  }

  override async query(
    sql: string,
    parameters: unknown[] | ObjectLiteral = [],
    useStructuredResult = false,
    // oxlint-disable-next-line typescript/no-explicit-any -- TypeORM's: rows, or a QueryResult when asked for
  ): Promise<any> {
    if (this.isReleased) throw new QueryRunnerAlreadyReleasedError();
    const values = parameters as unknown[];
    const { logger } = this.driver.dataSource;
    const observed = this.driver.dataSource.subscribers.some(hearsQueries);
    logger.logQuery(sql, values, this);
    if (observed) await this.broadcaster.broadcast('BeforeQuery', sql, values);
    const startedAt = Date.now();
    try {
      const outcome = await runSqlite(this.#engine, this.#route, { sql, values });
      const result = new QueryResult();
      if (outcome?.rows) result.raw = result.records = outcome.rows;
      else if (outcome) {
        result.affected = outcome.changes;
        result.raw = outcome.lastInsertRowid;
      }
      const durationMs = Date.now() - startedAt;
      const limit = this.driver.options.maxQueryExecutionTime;
      if (limit && durationMs > limit) logger.logQuerySlow(durationMs, sql, values, this);
      if (observed) await this.#report(sql, values, true, durationMs, result.raw, undefined);
      return useStructuredResult ? result : result.raw;
    } catch (error) {
      logger.logQueryError(error as Error, sql, values, this);
      if (observed) await this.#report(sql, values, false, undefined, undefined, error);
      throw new QueryFailedError(sql, values, error as Error);
    }
  }

  override release(): Promise<void> {
    if (this.isReleased) return Promise.resolve();
    return this.#foreignKeysOff ? this.afterMigration().then(() => this.#free()) : this.#free();
  }

  #free(): Promise<void> {
    const releasing = super.release();
    this.isReleased = true;
    return this.#route.free().then(() => releasing);
  }

  override async beforeMigration(): Promise<void> {
    this.#foreignKeysOff = true;
    await this.query('PRAGMA foreign_keys = OFF');
  }

  override async afterMigration(): Promise<void> {
    await this.query('PRAGMA foreign_keys = ON');
    this.#foreignKeysOff = false;
  }

  protected override loadPragmaRecords(tablePath: string, pragma: string): Promise<unknown> {
    const table = tablePath.split('.').at(-1);
    return this.query(`PRAGMA ${pragma}("${table}")`);
  }

  async #report(
    sql: string,
    values: unknown[],
    success: boolean,
    durationMs: number | undefined,
    raw: unknown,
    error: unknown,
  ): Promise<void> {
    const result = new BroadcasterResult();
    this.broadcaster.broadcastAfterQueryEvent(result, sql, values, success, durationMs, raw, error);
    await result.wait();
  }
}

/** Most subscribers want to know of objects, not of statements. */
function hearsQueries({ beforeQuery, afterQuery }: EntitySubscriberInterface): boolean {
  return beforeQuery !== undefined || afterQuery !== undefined;
}

/** `2026-11-21 10:00:00.000`, as TypeORM writes instants, and all else that a Date can be made of. */
function toIso(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const instant = new Date(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/.test(value) ? `${value.replace(' ', 'T')}Z` : value,
  );
  return Number.isNaN(instant.getTime()) ? value : instant.toISOString();
}

/**
 * The statement with a `?` for each parameter, and their values. TypeORM writes numbers into the text, so that each
 * id makes a statement of its own, to be prepared anew; functions stand for SQL.
 */
function bindAll(sql: string, parameters: ObjectLiteral): [string, unknown[]] {
  const values: unknown[] = [];
  const bind = (value: unknown): string => {
    values.push(value);
    return '?';
  };
  const text = sql.replace(/:(\.\.\.)?([A-Za-z0-9_.]+)/g, (token, spread, name: string) => {
    if (!Object.hasOwn(parameters, name)) return token;
    const value: unknown = parameters[name];
    if (spread !== undefined) return (value as unknown[]).map(bind).join(', ');
    return typeof value === 'function' ? (value as () => string)() : bind(value);
  });
  return [text, values];
}
