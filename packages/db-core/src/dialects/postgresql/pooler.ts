/**
 * What stands between an engine and the server. A pooler (PgBouncer and its like) gives each transaction another
 * connection of the server; it is noticed at the login, and nobody has to say that it is there.
 */
import type { Client } from 'pg';
import { isNameLost } from './errors';

const PROBE = 'quartet_probe';

/** What a server says of a new connection. */
export interface Reached {
  readonly version: string;
  /** Whether the login was answered by somebody else than the server: the numbers of its process differ. */
  readonly isPooled: boolean;
}

export async function reached(client: Client): Promise<Reached> {
  const { rows } = await client.query<{ version: string; pid: string }>(
    "SELECT current_setting('server_version') AS version, pg_backend_pid()::text AS pid",
  );
  const { version = '', pid } = rows[0] ?? {};
  const { processID } = client as unknown as { readonly processID: number };
  return { version: version.split(' ')[0] as string, isPooled: pid !== String(processID) };
}

/**
 * Whether a pooler keeps the prepared statements of its clients apart: it then gives them other names on the server.
 *
 * @see https://www.pgbouncer.org/config.html#max_prepared_statements
 */
export async function keepsNamesApart(client: Client): Promise<boolean> {
  const text = `SELECT count(*)::text AS n FROM pg_prepared_statements WHERE name = '${PROBE}'`;
  try {
    const { rows } = await client.query<{ n: string }>({ name: PROBE, text });
    return rows[0]?.n === '0';
  } catch (error) {
    if (isNameLost(error)) return false; // another client of the pooler has asked on the same connection
    throw error;
  }
}

/** Whether a login failed for a setting that the pooler does not take. */
export function refusesSetting(error: unknown): boolean {
  return /unsupported (?:options )?startup parameter/i.test(
    (error as Partial<Error>).message ?? '',
  );
}
