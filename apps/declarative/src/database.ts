/** The database of the declarative style. Ports `init_db` of the second article. */
import type { Engine } from '@quartet/db-core';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import * as models from './models';
import { Session } from './session';

/** Binds the models and the session to the engine and makes the tables that are missing. */
export async function initDb(engine: Engine): Promise<void> {
  Session.configure({ bind: engine });
  const sequelize = await bindSequelize(engine, {
    models: Object.values(models),
    define: { timestamps: false },
  });
  await createAll(sequelize);
}
