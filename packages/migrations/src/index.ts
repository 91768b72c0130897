/** `@quartet/migrations`: the history of the four tables, shared by all styles, and the migrator that runs it. */
export { MigrationError, MigrationLockedError, MigrationStoppedError } from './errors';
export type { Migration, Step } from './migration';
export { createTable } from './migration';
export type { MigrationStatus, MigratorOptions } from './migrator';
export { Migrator } from './migrator';
export { tableNames, versions } from './versions';
