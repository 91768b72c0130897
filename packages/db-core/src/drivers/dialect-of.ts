/** A facade fits one kind of database only. */
import type { DialectName } from '../dialects/names';
import type { Engine } from '../engine/engine';
import { ArgumentError } from '../errors/errors';

/** @throws ArgumentError when the engine's database is another. */
export function requireDialect(engine: Engine, name: DialectName, facade: string): void {
  if (engine.dialect.name === name) return;
  throw new ArgumentError(
    `${facade} needs an engine for ${name}; ${engine.url} is ${engine.dialect.name}.`,
  );
}
