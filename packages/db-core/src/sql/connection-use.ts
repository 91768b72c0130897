/**
 * What a statement does to the connection it runs on, beyond its transaction: whether it leaves something there that a
 * later statement will look for (settings, temporary tables, locks, variables), or needs what a connection out of a pool
 * cannot give (notifications, COPY). When in doubt it leaves something: a connection is then kept longer than needed.
 */
import type { DialectName } from '../dialects/dialect';

const NOISE = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[^]*?\*/)*`;
/** At the beginning of a text, behind comments, or of a further statement in it. */
const FIRST = `(?:^|;)${NOISE}`;
const SET = String.raw`set\b(?!\s+(?:local|transaction|constraints|global)\b)`;

const STATE: Readonly<Record<DialectName, RegExp>> = {
  postgresql: new RegExp(
    `${FIRST}(?:${SET}|reset|load|prepare|create\\s+(?:(?:local|global)\\s+)?temp|declare\\b.*\\bwith\\s+hold)` +
      String.raw`|\bset_config\s*\(|\bpg_(?:try_)?advisory_lock|\binto\s+temp|\b(?:currval|lastval)\s*\(`,
    'is',
  ),
  mysql: new RegExp(
    `${FIRST}(?:${SET}|use|prepare|lock|flush|handler|xa|create\\s+temporary)\\b` +
      String.raw`|\bget_lock\s*\(|(?<![\w@'"\`.])@(?!@)[\w$'"\`]`,
    'i',
  ),
  sqlite: new RegExp(`${FIRST}(?:pragma|attach|detach|create\\s+temp)`, 'i'),
};
const NEEDS_OWN = new RegExp(`^${NOISE}(listen|copy)\\b`, 'i');
/** Strings and comments, roughly: what a user has written is no part of the statement. */
const LITERALS = /'(?:[^'\\]|''|\\[^])*'|\$(\w*)\$[^]*?\$\1\$|--[^\n]*|\/\*[^]*?\*\//g;

/** `LISTEN` or `COPY` where `sql` is one: they need a connection that no pool takes back. */
export function needsOwnConnection(sql: string): string | undefined {
  return NEEDS_OWN.exec(sql)?.[1]?.toUpperCase();
}

/** Whether something that a later statement will look for is made or asked for: settings, temporary tables, locks, variables. */
export function usesConnectionState(sql: string, dialect: DialectName): boolean {
  if (!STATE[dialect].test(sql)) return false;
  return STATE[dialect].test(sql.replace(LITERALS, (found) => (/^[-/]/.test(found) ? ' ' : "''")));
}
