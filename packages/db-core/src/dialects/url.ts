/**
 * Database URLs by SQLAlchemy's rules: `sqlite:///relative.db`, `sqlite:////absolute.db`,
 * `sqlite://` (in memory), `postgresql://user:password@host:5432/name`, `mysql://…`, `mariadb://…`;
 * `postgres://` and a `+driver` suffix are accepted.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls
 */
import { inspect } from 'node:util';
import { ArgumentError } from '../errors/errors';
import { dialectOf, type DialectName } from './names';

const EXAMPLES =
  'sqlite:///app.db (relative file), sqlite:////var/lib/app.db (absolute), sqlite:// (in memory), ' +
  'postgresql://user:password@localhost:5432/app, mariadb://user:password@localhost:3306/app';

export class DatabaseUrl {
  readonly dialect: DialectName;
  /** As written, e.g. `mariadb`; without a `+driver` suffix. */
  readonly scheme: string;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly username: string | undefined;
  /** The database's name; for SQLite the file, or `:memory:`. */
  readonly database: string;
  readonly query: Readonly<Record<string, string>>;
  readonly #text: string;
  readonly #password: string | undefined;

  /** @throws ArgumentError that says what is wrong and shows examples; it never repeats the URL's password. */
  constructor(url: string) {
    const scheme = /^([A-Za-z][\w.-]*)(?:\+[\w.-]+)?:/.exec(url)?.[1]?.toLowerCase();
    if (scheme === undefined)
      throw malformed('it does not begin with a scheme such as sqlite:// or postgresql://');
    const dialect = dialectOf(scheme);
    if (!dialect) throw malformed(`'${scheme}' is not a database this engine knows`);
    this.dialect = dialect;
    this.scheme = scheme;
    const rest = url.slice(url.indexOf(':') + 1);
    if (!rest.startsWith('//')) throw malformed(`'${scheme}:' must be followed by two slashes`);
    this.#text = dialect === 'sqlite' ? url : mask(url);
    if (dialect === 'sqlite') {
      const [path = '', search = ''] = splitQuery(rest);
      if (path !== '//' && !path.startsWith('///')) {
        throw malformed(
          `a SQLite file is written after three slashes (four for an absolute path), not '${scheme}:${path}'`,
        );
      }
      const file = decode(path.slice(3));
      this.database = file === '' ? ':memory:' : file;
      this.query = Object.fromEntries(new URLSearchParams(search));
      return;
    }
    let parsed: URL;
    try {
      parsed = new URL(`db:${rest}`);
    } catch (cause) {
      throw malformed(
        'its user, host or port cannot be read (percent-encode special characters in the password)',
        cause,
      );
    }
    this.host = parsed.hostname === '' ? undefined : parsed.hostname.replace(/^\[|\]$/g, '');
    this.port = parsed.port === '' ? undefined : Number(parsed.port);
    this.username = parsed.username === '' ? undefined : decode(parsed.username);
    this.#password = parsed.password === '' ? undefined : decode(parsed.password);
    this.database = decode(parsed.pathname.slice(1));
    if (this.database === '') throw malformed('it names no database after the host');
    this.query = Object.fromEntries(parsed.searchParams);
  }

  /** In clear, for the driver alone: it is no property that printing or spreading the URL would show. */
  get password(): string | undefined {
    return this.#password;
  }

  /** The URL with its password masked. */
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
    throw new ArgumentError(`${variable} is malformed: ${error.message}`, { cause: error.cause });
  }
}

function malformed(why: string, cause?: unknown): ArgumentError {
  // A parser's own error may repeat the URL, password and all: its code is enough.
  return new ArgumentError(
    `${why}. Examples: ${EXAMPLES}.`,
    cause === undefined ? {} : { cause: (cause as { code?: string }).code },
  );
}

function splitQuery(rest: string): [string, string] {
  const at = rest.indexOf('?');
  return at < 0 ? [rest, ''] : [rest.slice(0, at), rest.slice(at + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % in a file name or password is meant as it stands
  }
}

/** `***` for the password: what stands between the first colon of the user part and the last @ before the path. */
function mask(url: string): string {
  return url.replace(/^([\w.+-]+:\/\/[^/?#:@]*):[^/?#]*@/, '$1:***@');
}
