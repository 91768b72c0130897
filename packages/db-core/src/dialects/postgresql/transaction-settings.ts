/**
 * Settings of a transaction on PostgreSQL: `set_config(name, value, true)`, which ends with the transaction. Names
 * and values are quoted, so that the text can stand in one packet with BEGIN.
 *
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
 */
import type { Setting } from '../../sql/settings';
import { ArgumentError } from '../../errors/errors';
import { quoted } from './settings';

/** The engine relies on them, or a session sets them itself. */
const NOT_SETTABLE = new Set([
  'client_encoding',
  'datestyle',
  'intervalstyle',
  'session_authorization',
  'standard_conforming_strings',
  'timezone',
  'transaction_deferrable',
  'transaction_isolation',
  'transaction_read_only',
]);

/**
 * A statement that makes them; undefined where there are none.
 *
 * @throws ArgumentError for what must not be set.
 */
export function transactionSettings(settings: readonly Setting[]): string | undefined {
  if (settings.length === 0) return undefined;
  settings.forEach(assertSettable);
  const inOrder = settings.toSorted((one, other) => Number(isRole(one)) - Number(isRole(other)));
  return settingText(inOrder);
}

/** A statement that reads what they are now, in their order. */
export function currentSettings(settings: readonly Setting[]): string {
  return `SELECT ${settings.map(([name]) => `current_setting(${quoted(name)}, true)`).join(', ')}`;
}

/** A statement that makes them what they were. */
export function settingsBack(before: readonly Setting[]): string {
  return settingText(before.toReversed());
}

function settingText(settings: readonly Setting[]): string {
  const calls = settings.map(
    ([name, value]) => `set_config(${quoted(name)}, ${quoted(value)}, true)`,
  );
  return `SELECT ${calls.join(', ')}`;
}

/** It comes last: the role may not be allowed to set the others. */
function isRole([name]: Setting): boolean {
  return name.toLowerCase() === 'role';
}

function assertSettable(setting: Setting): void {
  const [name, value] = setting;
  if (NOT_SETTABLE.has(name.toLowerCase())) {
    throw new ArgumentError(
      `'${name}' cannot be a setting of a transaction: the engine relies on it, or has an option of its own for it.`,
    );
  }
  if (isRole(setting) && value === 'none') {
    throw new ArgumentError(
      "The role 'none' would be the user of the connection, with all its rights: leave 'role' out where that is meant.",
    );
  }
}
