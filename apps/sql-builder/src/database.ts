/** The database of the SQL style, with Knex, which builds statements. Ports `init_db` of the second article. */
import type { Engine } from '@quartet/db-core';
import { bindKnex, createAll } from '@quartet/db-knex';
import type { Knex } from 'knex';
import { tables } from './models';
import { Session } from './session';

/** Set by `initDb`. What it sends runs in the session's transaction. */
export let knex: Knex;

/** Binds Knex and the session to the engine and makes the tables that are missing. */
export async function initDb(engine: Engine): Promise<void> {
  Session.configure({ bind: engine });
  await engine.ready(); // gives Knex the server's version, and a plain error where the server is away
  knex = bindKnex(engine);
  await createAll(knex, tables);
}
