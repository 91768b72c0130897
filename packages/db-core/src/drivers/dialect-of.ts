/** A facade fits one kind of database only. */
import type { DialectName } from '../dialect';
import type { Engine } from '../engine';
import type { MysqlDialect } from '../dialects/mysql';
import type { PostgresqlDialect } from '../dialects/postgresql';
import type { SqliteDialect } from '../dialects/sqlite';
import { ArgumentError } from '../errors';

interface Dialects {
  readonly sqlite: SqliteDialect;
  readonly postgresql: PostgresqlDialect;
  readonly mysql: MysqlDialect;
}

/** @throws ArgumentError when the engine's database is another. */
export function requireDialect<Name extends DialectName>(
  engine: Engine,
  name: Name,
  facade: string,
): Dialects[Name] {
  if (engine.dialect.name === name) return engine.driverDialect as unknown as Dialects[Name];
  throw new ArgumentError(
    `${facade} needs an engine for ${name}; ${engine.url} is ${engine.dialect.name}.`,
  );
}
