/**
 * What stands between an engine and the server. A pooler (PgBouncer and its like) gives each transaction another
 * connection of the server; it is noticed at the login, and nobody has to say that it is there.
 */
import type { Client } from 'pg';
import type { IsolationLevel } from '../../sql/transaction-options';
import { isolationLevelOf } from '../../sql/transaction-options';
import { isNameLost } from './errors';
import { untyped } from './untyped';

const PROBE = 'quartet_probe';

/** What a server says of a new connection. */
export interface Reached {
  readonly version: string;
  /** Whether the login was answered by somebody else than the server: the numbers of its process differ. */
  readonly isPooled: boolean;
  /** Of a transaction that asks for none. */
  readonly isolationLevel: IsolationLevel | undefined;
}

export async function reached(client: Client): Promise<Reached> {
  const { rows } = await client.query<{ version: string; pid: string; level: string }>(
    "SELECT current_setting('server_version') AS version, pg_backend_pid()::text AS pid, " +
      "current_setting('default_transaction_isolation') AS level",
  );
  const { version = '', pid, level = '' } = rows[0] ?? {};
  return {
    version: version.split(' ')[0] as string,
    isPooled: pid !== String(untyped(client).processID),
    isolationLevel: isolationLevelOf(level),
  };
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
