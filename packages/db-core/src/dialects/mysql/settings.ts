/**
 * Settings of a transaction on MariaDB and MySQL: user variables. They are the connection's, so those of the transaction
 * before are taken back.
 *
 * @see https://mariadb.com/kb/en/user-defined-variables/
 */
import type { Setting } from '../../sql/settings';
import { ArgumentError } from '../../errors/errors';

/** @throws ArgumentError for a role, which no variable gives. */
export function settingsStatement(
  settings: readonly Setting[],
  before: readonly Setting[],
): { readonly sql: string; readonly values: (string | null)[] } {
  const values = new Map<string, string | null>();
  for (const [name] of before) values.set(name.toLowerCase(), null);
  for (const [name, value] of settings) values.set(asVariable(name), value);
  const assignments = [...values.keys()].map((name) => `@\`${name}\` = ?`);
  return { sql: `SET ${assignments.join(', ')}`, values: [...values.values()] };
}

function asVariable(name: string): string {
  const folded = name.toLowerCase();
  if (folded !== 'role') return folded;
  throw new ArgumentError(
    "On MariaDB and MySQL a setting of a transaction is a user variable, so 'role' would give no role: leave it out, and log in as the user whose rights are meant.",
  );
}
