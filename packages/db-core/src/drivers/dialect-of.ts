/** A facade fits one kind of database only. */
import type { DialectName } from '../dialects/dialect';
import type { Engine } from '../engine/engine';
import type { MysqlDialect } from '../dialects/mysql/dialect';
import type { PostgresqlDialect } from '../dialects/postgresql/dialect';
import type { SqliteDialect } from '../dialects/sqlite/dialect';
import { ArgumentError } from '../errors/errors';

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
