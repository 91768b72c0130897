/**
 * The attributes of the database conventions, as far as they are stable, from what the engine knows.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/sql/
 */
import type { Attributes } from '@opentelemetry/api';
import type { QueryTrace, TracedEngine } from '@quartet/db-core/observe';
import { translateError } from '@quartet/db-core';

/**
 * Of everything that is about one database.
 *
 * @param node the server, `db1:5432`, where it is known which of several it is.
 */
export function attributesOfEngine({ url, dialect }: TracedEngine, node?: string): Attributes {
  const { database } = url;
  const { host, port } = node === undefined ? url : placeOf(node);
  return {
    'db.system.name': systemOf(dialect.name, dialect.serverVersion ?? url.scheme),
    'db.namespace': database,
    ...(host !== undefined && { 'server.address': host }),
    ...(port !== undefined && { 'server.port': port }),
  };
}

function placeOf(node: string): { host: string; port: number } {
  const colon = node.lastIndexOf(':');
  const host = node.slice(0, colon).replace(/^\[|\]$/g, '');
  return { host, port: Number(node.slice(colon + 1)) };
}

/** The database's name in the conventions: MariaDB is one of its own. */
function systemOf(dialect: string, version: string): string {
  return /mariadb/i.test(version) ? 'mariadb' : dialect;
}

/** Unique among the pools of a process, in the form that the conventions propose. */
export function poolNameOf({ url }: TracedEngine): string {
  const { host, port, database } = url;
  const address = port === undefined ? host : `${host}:${port}`;
  return address === undefined ? database : `${address}/${database}`;
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

/** `error.type` is the database's own code where it has given one, else the name of the error's class. */
export function attributesOfError(error: unknown): Attributes {
  const code = statusCodeOf(error);
  const translated = translateError(error);
  const name = translated instanceof Error ? translated.name : typeof translated;
  return {
    'error.type': code ?? name,
    ...(code !== undefined && { 'db.response.status_code': code }),
  };
}

interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly sqlState?: unknown;
  readonly cause?: unknown;
}

/** The answer's code as the driver has it: SQLSTATE, the number of an error, or the name of a result. */
function statusCodeOf(error: unknown): string | undefined {
  for (let each = error as DriverError | undefined | null; each; each = each.cause as DriverError) {
    const { code, errno, sqlState } = each;
    if (typeof sqlState === 'string' && typeof errno === 'number') return String(errno);
    if (typeof code === 'string' && /^(?:[0-9A-Z]{5}|SQLITE_\w+)$/.test(code)) return code;
  }
  return undefined;
}
