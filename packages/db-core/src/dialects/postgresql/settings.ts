/**
 * Settings of a connection. They are in its start-up packet, except behind a pooler that gives each transaction another
 * connection of the server: there they travel with each transaction, and with each statement outside one.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS
 */
import type { Client } from 'pg';
import { ArgumentError } from '../../errors/errors';
import type { DatabaseUrl } from '../url';
import { untyped } from './untyped';

export type Settings = Readonly<Record<string, string>>;

/** What is no setting. */
const LOGIN = new Set(['user', 'database', 'replication', 'application_name']);

/** Poolers keep these apart for each of their clients. */
const EVERYWHERE: Settings = { TimeZone: 'UTC', standard_conforming_strings: 'on' };

/** What the engine, the URL and the environment of `pg` set, beyond what every pooler takes. */
export function settingsOf(client: Client, { query }: DatabaseUrl): Settings {
  const schema = query['schema'];
  const searchPath = query['search_path'] ?? (schema && `"${schema.replaceAll('"', '""')}"`);
  const given = Object.entries(untyped(client).getStartupConf());
  return {
    ...Object.fromEntries(given.filter(([name]) => !LOGIN.has(name))),
    ...(searchPath && { search_path: searchPath }),
  };
}

/** Each is a parameter of its own, since PgBouncer refuses `options`. They come before those that the role or the database has. */
export function startWith(client: Client, settings: Settings): void {
  const start = untyped(client);
  const login = Object.entries(start.getStartupConf()).filter(([name]) => LOGIN.has(name));
  start.getStartupConf = () => ({ ...Object.fromEntries(login), ...EVERYWHERE, ...settings });
}

/** A statement that sets them until the transaction ends. @throws ArgumentError for `options` that are no settings */
export function settingStatement({ options, ...settings }: Settings): string {
  const all = Object.entries({ ...(options !== undefined && readOptions(options)), ...settings });
  const calls = all.map(([name, value]) => `set_config(${quoted(name)}, ${quoted(value)}, true)`);
  return `SELECT ${calls.join(', ')}`;
}

/** `-c name=value` and `--name=value`, in which a backslash stands before a space or another backslash. */
export function readOptions(options: string): Settings {
  const words = [...options.matchAll(/(?:\\[^]|[^\s\\])+/g)].map(([word]) =>
    word.replaceAll(/\\([^])/g, '$1'),
  );
  const settings: Record<string, string> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] === '-c' ? `-c${words[++i] ?? ''}` : (words[i] as string);
    const [, name, value] = /^(?:-c|--)([\w.-]+)=([^]*)$/.exec(word) ?? [];
    if (name === undefined || value === undefined)
      throw new ArgumentError(
        `'${word}' in options cannot be set behind a pooler: write settings, as -c name=value.`,
      );
    settings[name.replaceAll('-', '_')] = value;
  }
  return settings;
}

/** A literal, whatever `standard_conforming_strings` says. */
export function quoted(text: string): string {
  const literal = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${literal.replaceAll('\\', '\\\\')}` : literal;
}
