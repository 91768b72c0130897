/** A warning for each statement that the database took long for, without its values: a log is not the place for them. */
import type { Engine } from '../engine/engine';
import type { QueryEvent } from '../engine/events';

/** How much of a statement a line shows. */
const LENGTH = 500;

/**
 * Warns from now on, by the engine's logger.
 *
 * @param thresholdMs from which duration in the driver on, in milliseconds; what a statement has waited for before does not count.
 * @returns a function that ends it.
 */
export function warnOfSlowStatements(engine: Engine, thresholdMs: number): () => void {
  const onQuery = ({ sql, durationMs, rowCount, node, error }: QueryEvent): void => {
    if (durationMs < thresholdMs) return;
    const { shape } = engine.describe(sql);
    const text = shape.length > LENGTH ? `${shape.slice(0, LENGTH)}…` : shape;
    const took = `${error === undefined ? 'A statement took' : 'A statement failed after'} ${Math.round(durationMs)} ms`;
    engine.logger.warn({ sql: shape, durationMs, rowCount, node }, `${took}: ${text}`);
  };
  engine.on('query', onQuery);
  return () => engine.off('query', onQuery);
}
