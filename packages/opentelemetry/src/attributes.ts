/**
 * The attributes of the database conventions, as far as they are stable, from what the engine knows.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/sql/
 */
import type { Attributes } from '@opentelemetry/api';
import type { QueryTrace, TracedEngine } from '@quartet/db-core/observe';
import { errorTypeOf, statusCodeOf, systemNameOf } from '@quartet/db-core/observe';

/**
 * Of everything that is about one database.
 *
 * @param node the server, `db1:5432`, where it is known which of several it is.
 */
export function attributesOfEngine(engine: TracedEngine, node?: string): Attributes {
  const { host, port } = node === undefined ? engine.url : placeOf(node);
  return {
    'db.system.name': systemNameOf(engine),
    'db.namespace': engine.url.database,
    ...(host !== undefined && { 'server.address': host }),
    ...(port !== undefined && { 'server.port': port }),
  };
}

function placeOf(node: string): { host: string; port: number } {
  const colon = node.lastIndexOf(':');
  const host = node.slice(0, colon).replace(/^\[|\]$/g, '');
  return { host, port: Number(node.slice(colon + 1)) };
}

/** Of a statement: few different ones, so that they serve metrics as well. */
export function attributesOfStatement({ engine, sql }: QueryTrace): Attributes {
  const { verb, several, summary } = engine.describe(sql);
  return {
    ...(verb !== '' && !several && { 'db.operation.name': verb }),
    ...(summary !== '' && { 'db.query.summary': summary }),
  };
}

/** The text as it was written where its values are parameters, else with `?` in place of each value. */
export function queryTextOf({ engine, sql }: QueryTrace): string {
  const statement = engine.describe(sql);
  return statement.hasLiterals ? statement.shape : sql;
}

export function attributesOfParameters(params: unknown): Attributes {
  if (typeof params !== 'object' || params === null) return {};
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [`db.query.parameter.${key}`, textOf(value)]),
  );
}

function textOf(value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

export function attributesOfError(error: unknown): Attributes {
  const code = statusCodeOf(error);
  return {
    'error.type': errorTypeOf(error),
    ...(code !== undefined && { 'db.response.status_code': code }),
  };
}
