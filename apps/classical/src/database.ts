/** The database of the classical style, with TypeORM's DataSource for its query builders. Ports `init_db` of the second article. */
import type { Engine } from '@quartet/db-core';
import { bindTypeorm, createAll } from '@quartet/db-typeorm';
import type { DataSource } from 'typeorm';
import * as models from './models';
import { Session } from './session';

/** Set by `initDb`. What it sends runs in the session's transaction. */
export let dataSource: DataSource;

/** Binds the mapped classes and the session to the engine and makes the tables that are missing. */
export async function initDb(engine: Engine): Promise<void> {
  Session.configure({ bind: engine });
  dataSource = await bindTypeorm(engine, { entities: Object.values(models) });
  await createAll(dataSource);
}
