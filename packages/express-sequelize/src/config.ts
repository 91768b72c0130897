/**
 * Where the databases are: `initApp`'s options, then the app's settings (`app.set(…)`) under the names of
 * Flask-SQLAlchemy's configuration.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/config/
 */
import type { EngineOptions } from '@quartet/db-core';
import { ArgumentError, DatabaseUrl, Engine } from '@quartet/db-core';
import { assertKnownOptions } from '@quartet/db-core/binding';
import type { Application } from 'express';

/** A database: its URL, a URL with engine options, or an engine made elsewhere, which its owner disposes. */
export type Bind = string | DatabaseUrl | EngineConfig | Engine;

export interface EngineConfig extends EngineOptions {
  readonly url: string | DatabaseUrl;
}

/**
 * Options of `db.initApp`. What is not given is read from the app's settings.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/config/
 */
export interface AppOptions {
  /** The default database. Wins over `url` and over the app's settings. */
  readonly engine?: Engine;
  /** The default database's URL. App setting: `SQLALCHEMY_DATABASE_URI`, `DATABASE_URL` or `DATABASE`. */
  readonly url?: string | DatabaseUrl;
  /** Options of the default engine. App setting: `SQLALCHEMY_ENGINE_OPTIONS`. */
  readonly engineOptions?: Partial<EngineConfig>;
  /** Further databases by key. App setting: `SQLALCHEMY_BINDS`. */
  readonly binds?: Readonly<Record<string, Bind>>;
  /** Log every statement of every engine made here. App setting: `SQLALCHEMY_ECHO`. Default false. */
  readonly echo?: EngineOptions['echo'];
  /** Keep the statements of each request for `db.getRecordedQueries()`. App setting: `SQLALCHEMY_RECORD_QUERIES`. Default false. */
  readonly recordQueries?: boolean;
  /** Send `db.beforeModelsCommitted` and `db.modelsCommitted`. App setting: `SQLALCHEMY_TRACK_MODIFICATIONS`. Default false. */
  readonly trackModifications?: boolean;
}

/** The app's settings for each option, the first one that is set winning. */
const SETTINGS: Readonly<Record<keyof AppOptions, readonly string[]>> = {
  engine: [],
  url: ['SQLALCHEMY_DATABASE_URI', 'DATABASE_URL', 'DATABASE'],
  engineOptions: ['SQLALCHEMY_ENGINE_OPTIONS'],
  binds: ['SQLALCHEMY_BINDS'],
  echo: ['SQLALCHEMY_ECHO'],
  recordQueries: ['SQLALCHEMY_RECORD_QUERIES'],
  trackModifications: ['SQLALCHEMY_TRACK_MODIFICATIONS'],
};
const KNOWN_SETTINGS = Object.fromEntries(
  Object.values(SETTINGS).flatMap((names) => names.map((name) => [name, true])),
);

/** A bind key; the default database has the key null. */
export type Key = string | null;

/** By bind key: an engine that was handed in, or what one is made of. */
export type Binds = ReadonlyMap<Key, EngineConfig | Engine>;

/**
 * The options of `initApp`, completed by the app's settings.
 *
 * @throws ArgumentError for an unknown option or setting `SQLALCHEMY_…`, and for a URL that is set to nothing.
 */
export function readOptions(app: Application | undefined, given: AppOptions): AppOptions {
  const settings = (app?.settings ?? {}) as Readonly<Record<string, unknown>>;
  assertKnownOptions('option', given, SETTINGS);
  const ours = Object.entries(settings).filter(([name]) => name.startsWith('SQLALCHEMY_'));
  assertKnownOptions('setting', Object.fromEntries(ours), KNOWN_SETTINGS);

  const options: Record<string, unknown> = {};
  for (const [option, names] of Object.entries(SETTINGS)) {
    const name = names.find((each) => each in settings);
    options[option] = given[option as keyof AppOptions] ?? (name && settings[name]);
    if (option === 'url' && name && !options['engine'] && !isUrl(options['url']))
      throw new ArgumentError(
        `The app's setting ${name} is ${JSON.stringify(settings[name])}, no database URL. Is the environment variable set? ` +
          `A URL looks like sqlite:///app.db or postgresql://user:password@localhost:5432/app.`,
      );
  }
  return options;
}

/**
 * Precedence, as in the reference: the options of one engine (those of its bind, or the app's `engineOptions` for the
 * default database), then those of the `db` object, then `echo`.
 *
 * @throws ArgumentError when no database is named at all, and for a bind without a URL.
 */
export function readBinds(
  { engine, url, engineOptions, echo, binds = {} }: AppOptions,
  defaults: EngineOptions,
): Binds {
  const common = { ...(echo !== undefined && { echo }), ...defaults };
  const main = engine ?? { ...engineOptions, url: url ?? engineOptions?.url ?? '' };
  const all: [Key, Bind][] = Object.entries(binds);
  if (main instanceof Engine || main.url !== '') all.unshift([null, main]);
  if (all.length === 0) throw new ArgumentError(NO_DATABASE);
  const found = new Map<Key, EngineConfig | Engine>();
  for (const [key, bind] of all)
    found.set(key, bind instanceof Engine ? bind : configOf(key, bind, common));
  return found;
}

/** MariaDB and MySQL close a connection that idled for eight hours: none is kept that long. */
function driverDefaults(url: string | DatabaseUrl): EngineOptions {
  return /^(?:mysql|mariadb)\b/i.test(String(url).trim()) ? { recycleSeconds: 7200 } : {};
}

function configOf(key: Key, bind: Exclude<Bind, Engine>, defaults: EngineOptions): EngineConfig {
  const config = isUrl(bind) || !bind ? { url: bind } : bind;
  if (key === null || isUrl(config.url))
    return { ...driverDefaults(config.url), ...defaults, ...config };
  throw new ArgumentError(
    `Bind '${key}' has no URL: binds: { ${key}: 'sqlite:///${key}.db' } or { ${key}: { url: …, poolSize: 5 } }.`,
  );
}

function isUrl(url: unknown): url is string | DatabaseUrl {
  return url instanceof DatabaseUrl || (typeof url === 'string' && url.trim() !== '');
}

const NO_DATABASE =
  `Either a database URL or binds must be set. Before db.initApp(app), set one: ` +
  `app.set('DATABASE_URL', 'sqlite:///app.db'), or pass it: db.initApp(app, { url: 'sqlite:///app.db' }), ` +
  `{ engine } or { binds: { key: url } }.`;
