/**
 * Database URLs by SQLAlchemy's rules: `sqlite:///relative.db`, `sqlite:////absolute.db`,
 * `sqlite://` (in memory), `postgresql://user:password@host:5432/name`, `mysql://…`, `mariadb://…`;
 * `postgres://` and a `+driver` suffix are accepted.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls
 */
import { inspect } from 'node:util';
import { ArgumentError } from '../errors/errors';
import { MYSQL_URL_PARAMETERS } from './mysql/url-parameters';
import { DIALECTS, dialectOf, type DialectName } from './names';
import { POSTGRESQL_URL_PARAMETERS } from './postgresql/url-parameters';
import { SQLITE_URL_PARAMETERS } from './sqlite/url-parameters';
import {
  parametersIn,
  readParameters,
  type UrlParameters,
  type UrlSettings,
} from './url-parameter';

const EXAMPLES =
  'sqlite:///app.db (relative file), sqlite:////var/lib/app.db (absolute), sqlite:// (in memory), ' +
  'postgresql://user:password@localhost:5432/app, mariadb://user:password@localhost:3306/app';

/** What each database's URL may say, by the name of its dialect. */
export const URL_PARAMETERS: Readonly<Record<DialectName, UrlParameters>> = {
  sqlite: SQLITE_URL_PARAMETERS,
  postgresql: POSTGRESQL_URL_PARAMETERS,
  mysql: MYSQL_URL_PARAMETERS,
};

/**
 * A database URL, taken apart. `String(url)` leaves the password out.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls
 */
export class DatabaseUrl {
  readonly dialect: DialectName;
  /** As written, e.g. `mariadb`; without a `+driver` suffix. */
  readonly scheme: string;
  /** A name or an address; on PostgreSQL the folder of a unix socket where it begins with `/`. Of several the first. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** A URL for each server that this one names, in their order; itself where it is one. */
  readonly hosts: readonly DatabaseUrl[];
  readonly username: string | undefined;
  /** The database's name; for SQLite the file, or `:memory:`. */
  readonly database: string;
  /** The parameters, without the secret ones. */
  readonly query: Readonly<Record<string, string>>;
  /** What the parameters set of the engine's options. */
  readonly settings: Readonly<UrlSettings>;
  readonly #text: string;
  readonly #secrets: ReadonlyMap<string, string>;

  /** @throws ArgumentError that says what is wrong and shows examples; it never repeats the URL's password. */
  constructor(url: string) {
    const { scheme, rest } = schemeOf(url);
    const dialect = dialectOf(scheme);
    if (!dialect) throw malformed(`'${scheme}' is not a database this engine knows`);
    if (!rest.startsWith('//')) throw malformed(`'${scheme}:' must be followed by two slashes`);
    this.dialect = dialect;
    this.scheme = scheme;
    const [place, search] = splitQuery(rest.slice(2));
    const parts = dialect === 'sqlite' ? undefined : partsOf(place, search);
    const all = parametersIn(search);
    const known = URL_PARAMETERS[dialect];
    this.settings = Object.freeze(readParameters(all, known, scheme));
    const secrets = Object.entries(all).filter(([name]) => known[name]?.secret);
    this.query = Object.freeze(
      Object.fromEntries(Object.entries(all).filter(([name]) => !known[name]?.secret)),
    );
    const shown = shownQuery(all, known);
    if (!parts) {
      this.database = fileOf(place, scheme, this.query['mode']);
      this.#secrets = new Map();
      this.#text = `${scheme}://${place}${shown}`;
      this.hosts = [this];
      return;
    }
    const [first, ...others] = parts.servers;
    this.host = this.query['host'] ?? first.host;
    this.port = portOf(this.query['port'] ?? first.port);
    this.username = parts.username ?? this.query['user'];
    this.database = parts.database;
    this.#secrets = new Map([
      ...secrets,
      ...(parts.password === undefined ? [] : [['password', parts.password] as const]),
    ]);
    this.#text = `${scheme}://${shownPlace(parts)}${shown}`;
    this.hosts =
      others.length === 0
        ? [this]
        : Object.freeze(serversOf(url, parts).map((text) => new DatabaseUrl(text)));
    assertDifferent(this.hosts);
  }

  /** Where the server listens, `db1:5433` or `[::1]:5432`; undefined for a file. */
  get node(): string | undefined {
    const { port = DIALECTS[this.dialect].port, host = 'localhost' } = this;
    return port === undefined ? undefined : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** In clear, for the driver alone: it is no property that printing or spreading the URL would show. */
  get password(): string | undefined {
    return this.secret('password');
  }

  /** A parameter that is not in `query`, since it must not be shown. */
  secret(name: string): string | undefined {
    return this.#secrets.get(name);
  }

  /** The URL with its secrets masked. */
  toString(): string {
    return this.#text;
  }

  toJSON(): string {
    return this.#text;
  }

  [inspect.custom](): string {
    return this.#text;
  }
}

/**
 * Reads a URL, and blames the variable it came from.
 *
 * @param variable how the user set it, e.g. `DATABASE_URL`; for the message alone.
 * @throws ArgumentError
 */
export function parseDatabaseUrl(
  url: string | undefined,
  variable = 'The database URL',
): DatabaseUrl {
  if (url === undefined || url.trim() === '') {
    throw new ArgumentError(`${variable} is not set. Set it to one of: ${EXAMPLES}.`);
  }
  try {
    return new DatabaseUrl(url.trim());
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ArgumentError(`${variable} is malformed: ${error.message}`);
  }
}

/** What stands between the slashes and the `?`; the password in clear. */
interface Parts {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly servers: readonly [Server, ...Server[]];
  readonly database: string;
  /** As it is written: what stands before the hosts, and behind them. */
  readonly around: readonly [before: string, behind: string];
}

interface Server {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly text: string;
}

function schemeOf(url: string): { scheme: string; rest: string } {
  const scheme = /^([A-Za-z][\w.-]*)(?:\+[\w.-]+)?:/.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined)
    throw malformed('it does not begin with a scheme such as sqlite:// or postgresql://');
  return { scheme, rest: url.slice(url.indexOf(':') + 1) };
}

function fileOf(path: string, scheme: string, mode: string | undefined): string {
  if (path !== '' && !path.startsWith('/'))
    throw malformed(
      `a SQLite file is written after three slashes (four for an absolute path), not '${scheme}://${path}'`,
    );
  const file = decode(path.slice(1));
  return file === '' || mode?.toLowerCase() === 'memory' ? ':memory:' : file;
}

/** `user:password@host:port/database`: the user ends at the first colon, the password at the last @ before the path. */
function partsOf(place: string, search: string): Parts {
  const slash = place.indexOf('/');
  const authority = slash < 0 ? place : place.slice(0, slash);
  const path = slash < 0 ? '' : place.slice(slash + 1);
  const at = authority.lastIndexOf('@');
  const servers = authority.slice(at + 1);
  if (/[\s#@]/.test(servers) || /[#@]/.test(path + search)) throw unreadable();
  const [first, ...others] = servers.split(',').map((text) => serverOf(text));
  if (!first || (others.length > 0 && [first, ...others].some(({ host }) => !host)))
    throw malformed('its list of hosts has an empty entry');
  if (others.length > 0 && /(?:^|&)(?:host|port)=/.test(search))
    throw malformed('it names several hosts, and a host or port as a parameter beside them');
  const database = decode(path);
  if (database === '') throw malformed('it names no database after the host');
  const user = at < 0 ? '' : authority.slice(0, at);
  const colon = user.indexOf(':');
  return {
    username: told(colon < 0 ? user : user.slice(0, colon)),
    password: told(colon < 0 ? '' : user.slice(colon + 1)),
    servers: [first, ...others],
    database,
    around: [authority.slice(0, at + 1), `/${path}${search && `?${search}`}`],
  };
}

function serverOf(text: string): Server {
  const server = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(text);
  if (!server) throw unreadable();
  return { host: told((server[1] ?? '').replace(/^\[|\]$/g, '')), port: server[2], text };
}

function unreadable(): ArgumentError {
  return malformed(
    'its user, host or port cannot be read (percent-encode special characters in the password)',
  );
}

/** A URL for each of several servers. */
function serversOf(url: string, { servers, around: [before, behind] }: Parts): string[] {
  const scheme = url.slice(0, url.indexOf(':'));
  return servers.map(({ text }) => `${scheme}://${before}${text}${behind}`);
}

/** @throws ArgumentError: a server that is asked twice would be taken for two. */
export function assertDifferent(hosts: readonly DatabaseUrl[]): void {
  const nodes = hosts.map(({ node }) => node);
  const twice = nodes.find((node, i) => nodes.indexOf(node) !== i);
  if (twice !== undefined) throw new ArgumentError(`the host ${twice} is there twice`);
}

function told(text: string): string | undefined {
  return text === '' ? undefined : decode(text);
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw malformed('its port cannot be read: it is a number from 1 to 65535');
}

/** Of the parts that were read, so that nothing is shown that was not recognised. */
function shownPlace({ username, password, servers, database }: Parts): string {
  const user = `${encode(username ?? '')}${password === undefined ? '' : ':***'}`;
  const list = servers.map(({ host = '', port }) => {
    const name = host.includes(':') ? `[${host}]` : encode(host);
    return port ? `${name}:${port}` : name;
  });
  return `${user && `${user}@`}${list.join(',')}/${encode(database)}`;
}

function shownQuery(query: Readonly<Record<string, string>>, known: UrlParameters): string {
  const shown = Object.entries(query).map(
    ([name, text]) => `${name}=${known[name]?.secret ? '***' : encode(text)}`,
  );
  return shown.length > 0 ? `?${shown.join('&')}` : '';
}

/** What would end a part of the URL is written as %XX; the rest stays legible. */
function encode(text: string): string {
  return text.replaceAll(/[\s%?#&@/:]/g, (letter) => encodeURIComponent(letter));
}

function malformed(why: string): ArgumentError {
  return new ArgumentError(`${why}. Examples: ${EXAMPLES}.`);
}

function splitQuery(text: string): [place: string, search: string] {
  const at = text.indexOf('?');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Each run of %XX that is UTF-8; a lone % in a file name or password is meant as it stands. */
function decode(text: string): string {
  return text.replaceAll(/(?:%[\dA-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}
