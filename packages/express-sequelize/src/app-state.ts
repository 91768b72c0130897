/** What one app has of a `db` object: its engines, its Sequelize for each of them, its sessions. */
import type { Engine, ScopedSession } from '@quartet/db-core';
import { ArgumentError } from '@quartet/db-core';
import type { Application } from 'express';
import type { Sequelize } from 'sequelize';

/** The default database has the key null. */
export type Key = string | null;

export interface AppState {
  /** Undefined for `db.init()`, which serves scripts and tests. */
  readonly app: Application | undefined;
  readonly engines: ReadonlyMap<Key, Engine>;
  /** Engines made here, which `db.dispose()` closes; those handed in are their owner's. */
  readonly own: readonly Engine[];
  readonly session: ScopedSession;
  readonly sequelizes: Map<Key, Sequelize>;
}

/** @throws ArgumentError when the app has no such database. */
export function engineOf(state: AppState, key: Key): Engine {
  const engine = state.engines.get(key);
  if (engine) return engine;
  const known = [...state.engines.keys()].map((each) => each ?? '(default)').join(', ');
  throw new ArgumentError(
    key === null
      ? `This app has no default database, only binds: ${known}. Set DATABASE_URL, or give the model a bindKey.`
      : `Bind key '${key}' is not among this app's databases: ${known}. Add it to SQLALCHEMY_BINDS or to initApp's binds.`,
  );
}
