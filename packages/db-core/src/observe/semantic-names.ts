/**
 * What OpenTelemetry's conventions call things, from what engine and drivers know. Metrics for Prometheus have the same names.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/
 */
import type { TracedEngine } from '../engine/channels';
import { translateError } from '../dialects/translate-error';

/** Seconds: the buckets that the conventions ask for. */
export const DURATION_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** `db.system.name`: MariaDB is one of its own there. */
export function systemNameOf({ url, dialect }: TracedEngine): string {
  return dialect.facts.systemName(dialect.serverVersion ?? url.scheme);
}

/** `db.client.connection.pool.name`, in the form that the conventions propose: `db1:5432/shop`; the file of a SQLite database. */
export function poolNameOf({ url }: TracedEngine): string {
  const { host, port, database } = url;
  const address = port === undefined ? host : `${host}:${port}`;
  return address === undefined ? database : `${address}/${database}`;
}

interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly sqlState?: unknown;
  readonly cause?: unknown;
}

/** `db.response.status_code`: SQLSTATE, the number of an error, or the name of a result, as the driver has it; undefined where the database has not answered. */
export function statusCodeOf(error: unknown): string | undefined {
  for (let each = error as DriverError | null | undefined; each; each = each.cause as DriverError) {
    const { code, errno, sqlState } = each;
    if (typeof sqlState === 'string' && typeof errno === 'number') return String(errno);
    if (typeof code === 'string' && /^(?:[0-9A-Z]{5}|SQLITE_\w+)$/.test(code)) return code;
  }
  return undefined;
}

/** `error.type`: the database's own code where it has given one, else the name of the error's class. */
export function errorTypeOf(error: unknown): string {
  const translated = translateError(error);
  const name = translated instanceof Error ? translated.name : typeof translated;
  return statusCodeOf(error) ?? name;
}
