/**
 * Where the databases are: `initApp`'s options, then the app's settings (`app.set(…)`) under the names of
 * Flask-SQLAlchemy's configuration.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/config/
 */
import type { EngineOptions } from '@quartet/db-core';
import { ArgumentError, DatabaseUrl, Engine } from '@quartet/db-core';
import type { Application } from 'express';

/** A database: its URL, a URL with engine options, or an engine that somebody else made and disposes. */
export type Bind = string | DatabaseUrl | EngineConfig | Engine;

export interface EngineConfig extends EngineOptions {
  readonly url: string | DatabaseUrl;
}

export interface AppOptions {
  /** The default database. Wins over `url` and over the app's settings. */
  readonly engine?: Engine;
  /** The default database's URL. App setting: `SQLALCHEMY_DATABASE_URI`, `DATABASE_URL` or `DATABASE`. */
  readonly url?: string | DatabaseUrl;
  /** Options of the default engine. App setting: `SQLALCHEMY_ENGINE_OPTIONS`. */
  readonly engineOptions?: EngineOptions;
  /** Further databases by key. App setting: `SQLALCHEMY_BINDS`. */
  readonly binds?: Readonly<Record<string, Bind>>;
  /** Log every statement of every engine made here. App setting: `SQLALCHEMY_ECHO`. Default false. */
  readonly echo?: EngineOptions['echo'];
  /** Keep the statements of each request for `db.getRecordedQueries()`. App setting: `SQLALCHEMY_RECORD_QUERIES`. Default false. */
  readonly recordQueries?: boolean;
  /** Send `db.beforeModelsCommitted` and `db.modelsCommitted`. App setting: `SQLALCHEMY_TRACK_MODIFICATIONS`. Default false. */
  readonly trackModifications?: boolean;
}

/** Where the default database's URL is looked for, in this order. */
const URL_SETTINGS = ['SQLALCHEMY_DATABASE_URI', 'DATABASE_URL', 'DATABASE'] as const;

/** What `readConfig` finds, by bind key; null stands for the default database. */
export type Binds = ReadonlyMap<string | null, EngineConfig | Engine>;

/**
 * Precedence, as in the reference: the `db` object's engine options, then the bind's own, then the app's
 * engine options (default database only), then the URL.
 *
 * @throws ArgumentError when no database is named at all.
 */
export function readConfig(
  app: Application | undefined,
  options: AppOptions,
  defaults: EngineOptions,
): Binds {
  const setting = (name: string): unknown => app?.get(name) as unknown;
  const binds = (options.binds ?? setting('SQLALCHEMY_BINDS') ?? {}) as Record<string, Bind>;
  const engineOptions = (options.engineOptions ??
    setting('SQLALCHEMY_ENGINE_OPTIONS') ??
    {}) as Partial<EngineConfig>;
  const url = options.url ?? urlSetting(app) ?? engineOptions.url;
  const echo = (options.echo ?? setting('SQLALCHEMY_ECHO')) as EngineOptions['echo'];
  const common = { ...(echo !== undefined && { echo }), ...defaults };
  const configOf = (own: EngineConfig): EngineConfig => ({
    ...driverDefaults(own.url),
    ...common,
    ...own,
  });

  const found = new Map<string | null, EngineConfig | Engine>();
  if (options.engine) found.set(null, options.engine);
  else if (url !== undefined) found.set(null, configOf({ ...engineOptions, url }));
  for (const [key, bind] of Object.entries(binds))
    found.set(key, bind instanceof Engine ? bind : configOf(asConfig(key, bind)));
  if (found.size === 0) throw new ArgumentError(NO_DATABASE);
  return found;
}

/** A switch: the option, else the app's setting, else off. */
export function isOn(
  app: Application | undefined,
  option: boolean | undefined,
  setting: string,
): boolean {
  return option ?? Boolean(app?.get(setting));
}

/** MariaDB and MySQL close a connection that idled for eight hours: none is kept that long. */
function driverDefaults(url: string | DatabaseUrl): EngineOptions {
  return /^(?:mysql|mariadb)\b/i.test(String(url).trim()) ? { recycleSeconds: 7200 } : {};
}

const NO_DATABASE =
  `Either a database URL or binds must be set. Before db.initApp(app), set one: ` +
  `app.set('DATABASE_URL', 'sqlite:///app.db'), or pass it: db.initApp(app, { url: 'sqlite:///app.db' }), ` +
  `{ engine } or { binds: { key: url } }.`;

/** `app.set('DATABASE_URL', process.env.DATABASE_URL)` with no such variable: the message says so. */
function urlSetting(app: Application | undefined): string | DatabaseUrl | undefined {
  for (const name of URL_SETTINGS) {
    if (!app || !(name in app.settings)) continue;
    const url = app.get(name) as unknown;
    if (isUrl(url)) return url;
    throw new ArgumentError(
      `The app's setting ${name} is ${JSON.stringify(url)}, no database URL. Is the environment variable set? ` +
        `A URL looks like sqlite:///app.db or postgresql://user:password@localhost:5432/app.`,
    );
  }
  return undefined;
}

function asConfig(key: string, bind: Exclude<Bind, Engine>): EngineConfig {
  const config = typeof bind === 'string' || bind instanceof DatabaseUrl ? { url: bind } : bind;
  if (isUrl(config.url)) return config;
  throw new ArgumentError(
    `Bind '${key}' has no URL: binds: { ${key}: 'sqlite:///${key}.db' } or { ${key}: { url: …, poolSize: 5 } }.`,
  );
}

function isUrl(url: unknown): url is string | DatabaseUrl {
  return url instanceof DatabaseUrl || (typeof url === 'string' && url.trim() !== '');
}
