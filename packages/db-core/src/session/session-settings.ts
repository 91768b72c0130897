/** What a session is made with, and which engines it reaches by that. */
import type { Engine } from '../engine/engine';
import type { Mapper } from '../orm/mapper';
import type { RequestedPage } from '../orm/pagination';
import type { Query } from '../orm/query';
import type { ReadsFrom } from '../dialects/options';
import type { SettingsSource } from './settings';
import type { OnUnsavedChange } from './unsaved-changes';
import type { BeginMode, TransactionOptions } from '../sql/transaction-options';
import { InvalidRequestError } from '../errors/errors';

export interface SessionSettings extends TransactionOptions {
  /** The engine for everything that no mapper assigns to another. */
  readonly bind?: Engine | undefined;
  /** Further engines this session reaches, by key: models mapped on them, and `connection(key)`. Each has its own transaction. */
  readonly binds?: Readonly<Record<string, Engine>>;
  /**
   * Statements commit by themselves, as outside a session, until `begin()` is called; `add`ed objects are
   * still saved by `flush()` or `commit()`. Default false: the transaction begins by itself.
   */
  readonly autocommit?: boolean;
  /** Flush pending objects before `query`, `get` and `execute` read. Default true. */
  readonly autoflush?: boolean;
  /** What every transaction of the session begins with, over the settings of its scope. Default: those alone. */
  readonly settings?: SettingsSource | undefined;
  /**
   * Called at a commit for each object that the session has read or saved, that has changed since, and that was not added:
   * it is not stored. What it throws, the commit fails with. Default: a warning in development, once for each set of properties.
   */
  readonly onUnsavedChange?: OnUnsavedChange | undefined;
  /**
   * Where it reads as long as it has written nothing and has no transaction open, on an engine with replicas. Default: the
   * engine's; `primary` for what must never be older than now.
   */
  readonly readsFrom?: ReadsFrom;
  /** When the transaction really begins. Default: the engine's. */
  readonly begin?: BeginMode;
  /** The page and size that `paginate()` of a query takes where it is given none: those of a request, for instance. Default: the first. */
  readonly requestedPage?: () => RequestedPage;
  /** What `query()` makes. Default {@link Query}. */
  readonly queryClass?: typeof Query;
}

/** The engines that sessions with these settings reach. */
export function enginesOf({ bind, binds }: SessionSettings): readonly Engine[] {
  const own = bind ? [bind] : [];
  return binds ? [...new Set([...own, ...Object.values(binds)])] : own;
}

/** The engine under `key`. @throws InvalidRequestError when there is none. */
export function boundEngine({ binds = {} }: SessionSettings, key: string): Engine {
  const engine = Object.hasOwn(binds, key) ? binds[key] : undefined;
  if (engine) return engine;
  throw new InvalidRequestError(
    `Bind key '${key}' is not in this session's binds (${Object.keys(binds).join(', ') || 'it has none'}): ` +
      `sessionmaker({ bind, binds: { ${key}: engine } }).`,
  );
}

/** @throws InvalidRequestError: a statement of a class mapped elsewhere would commit by itself, outside this session. */
export function assertReaches(engines: readonly Engine[], { engine, name }: Mapper): void {
  if (engines.length > 0 && !engines.includes(engine)) {
    throw new InvalidRequestError(
      `Class '${name}' is mapped on ${engine}, which this session does not reach. Add that engine to its binds, ` +
        `sessionmaker({ bind, binds: { key: engine } }), or use the session of that engine.`,
    );
  }
}
