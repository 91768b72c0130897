/**
 * Knex's better-sqlite3 client, with one difference: instants are stored as ISO 8601 text in UTC, as the other
 * libraries store them, and not as a number.
 */
import type { Knex } from 'knex';

/** Knex documents that `client` may be a class, but types neither this one nor how it is extended. */
interface Client {
  prepBindings(bindings: readonly Knex.Value[] | undefined): unknown;
}
const Base = require('knex/lib/dialects/better-sqlite3') as {
  new (config: Knex.Config): Client & Knex.Client;
};

export class BetterSqlite3Client extends Base {
  override prepBindings(bindings: readonly Knex.Value[] | undefined): unknown {
    if (!bindings?.some((value) => value instanceof Date)) return bindings;
    return bindings.map((value) => (value instanceof Date ? value.toISOString() : value));
  }
}
