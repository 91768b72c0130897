/** Formats numbers and names. */
import type { EngineChoice } from '../src/protocol';

/** Milliseconds with about three figures: `0.42`, `8.3`, `120`. */
export function ms(value: number): string {
  if (value < 1) return value.toFixed(2);
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString('en')} ${value === 1 ? one : many}`;
}

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
