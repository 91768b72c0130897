/** Formats names; numbers are formatted as the debug panel does. */
import type { EngineChoice } from '../src/protocol';

export { count, ms } from '@quartet/debug-panel/drawing';

const ENGINE_NAMES: Readonly<Record<string, string>> = {
  sqlite: 'SQLite',
  postgresql: 'PostgreSQL',
  mysql: 'MariaDB',
};

/** The engine's name by its id in an address: `sqlite-2` is SQLite. */
export function engineName(id: string): string {
  return ENGINE_NAMES[id.replace(/-\d+$/, '')] ?? id;
}

/** `PostgreSQL 17.2`; with the name of its file where there are several SQLite databases. */
export function engineTitle({ id, version = '', database }: EngineChoice): string {
  const numbers = /^[\d.]+/.exec(version)?.[0];
  const name = [engineName(id), numbers].filter(Boolean).join(' ');
  return database === undefined ? name : `${name}, ${database}`;
}

/** The `class` attribute of the names that are set. */
export function classes(...names: readonly (string | false | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}
