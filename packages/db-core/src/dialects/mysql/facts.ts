/** What MariaDB and MySQL are like. @see https://mariadb.com/kb/en/sql-statements/ */
import type { DialectFacts } from '../facts';
import type { reflectMysql } from './reflect';

export const mysqlFacts: DialectFacts = {
  title: 'MariaDB',
  systemName: (server) => (/mariadb/i.test(server) ? 'mariadb' : 'mysql'),
  identifierQuote: '`',
  instant: {
    type: 'datetime',
    precision: 3,
    now: '(utc_timestamp(3))',
    isText: false,
    format: (instant) => instant.toISOString().replace('T', ' ').replace('Z', ''),
  },
  // 'Ana' and 'ana' would be one name otherwise.
  bytewise: { charset: 'utf8mb4', collate: 'utf8mb4_bin' },
  rowLocks: true,
  returning: false, // MariaDB has it for INSERT, MySQL has not
  transactionalDdl: false,
  forwardReferences: false,
  integerKeyCountsUp: false,
  typedParameters: false,
  nullsComeLast: false,
  anyType: false,
  autoIncrement: 'auto_increment',
  indexesInTable: true,
  values: {
    bigint: 'number | string', // text where a number would not be exact
    decimal: 'string',
    boolean: 'number',
    date: 'Date',
    json: 'unknown',
  },
  tableNames: 'select table_name from information_schema.tables where table_schema = database()',
  explain: { words: 'EXPLAIN' },
  reflect(ask) {
    const module = require('./reflect') as { reflectMysql: typeof reflectMysql };
    return module.reflectMysql(ask);
  },
};
