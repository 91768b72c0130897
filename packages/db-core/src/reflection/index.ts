/**
 * `@quartet/db-core/reflection`: the tables of a database that is there, for every library.
 *
 * @packageDocumentation
 */
export type { ColumnKind, ColumnType } from '../dialects/column-type';
export type { ReflectOptions } from './reflect';
export type { ReflectedRelation } from './relations';
export type {
  ReflectedColumn,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedTable,
} from '../dialects/reflected-table';
export { columnType } from '../dialects/column-type';
export { countsUp } from './counts-up';
export { createTables } from './create-tables';
export { reflect } from './reflect';
export { mappableTables } from './mappable';
export { relationsOf } from './relations';
