/** What SQLite is like. @see https://www.sqlite.org/lang.html */
import type { DialectFacts } from '../facts';
import type { reflectSqlite } from './reflect';

export const sqliteFacts: DialectFacts = {
  title: 'SQLite',
  systemName: () => 'sqlite',
  identifierQuote: '"',
  instant: {
    type: 'datetime',
    precision: undefined,
    now: `strftime('%Y-%m-%dT%H:%M:%fZ','now')`,
    isText: true,
    format: (instant) => instant.toISOString(),
  },
  bytewise: undefined,
  rowLocks: false, // its one writer at a time does as much
  returning: true,
  transactionalDdl: true,
  forwardReferences: true,
  integerKeyCountsUp: true,
  typedParameters: false,
  nullsComeLast: false,
  anyType: true,
  autoIncrement: 'primary key autoincrement',
  indexesInTable: false,
  values: {
    bigint: 'number | string', // text where a number would not be exact
    decimal: 'number',
    boolean: 'number',
    date: 'string',
    json: 'string',
  },
  tableNames: `select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'`,
  explain: { words: 'EXPLAIN QUERY PLAN', column: 'detail' },
  reflect(ask) {
    const module = require('./reflect') as { reflectSqlite: typeof reflectSqlite };
    return module.reflectSqlite(ask);
  },
};
