/**
 * TypeScript for the rows of the tables that are there: what a SELECT gives, and what an INSERT and an UPDATE may give,
 * declared to Knex in the form that its documentation shows.
 *
 * @see https://knexjs.org/guide/#typescript
 */
import type { Engine } from '@quartet/db-core';
import type { DialectFacts } from '@quartet/db-core/binding';
import { InvalidRequestError } from '@quartet/db-core';
import type { ReflectedColumn, ReflectedTable, ReflectOptions } from '@quartet/db-core/reflection';
import { columnType, countsUp, reflect } from '@quartet/db-core/reflection';

/**
 * The source of a module. It is the same whenever the tables are, so it may be checked in and compared.
 *
 * @throws InvalidRequestError when there are no tables, or not those asked for.
 * @example
 * await writeFile('src/tables.ts', await rowTypes(engine));
 * // in another file: import './tables'; then knex('users') knows its columns
 */
export async function rowTypes(engine: Engine, options: ReflectOptions = {}): Promise<string> {
  const tables = await reflect(engine, options);
  if (tables.length === 0)
    throw new InvalidRequestError(`${engine.url} has no tables. Make them first, by migrations.`);
  const { facts } = engine.dialect;
  const names = interfaceNames(tables);
  const types = tables.map((table, i) => describeTable(table, names[i] as string, facts));
  const entries = tables.map(({ name }, i) => {
    const type = names[i] as string;
    return `    ${property(name)}: Knex.CompositeTableType<${type}Row, ${type}Insert, ${type}Update>;`;
  });
  return [
    HEADER,
    ...types,
    `declare module 'knex/types/tables' {\n  interface Tables {\n${entries.join('\n')}\n  }\n}\n`,
  ].join('\n');
}

const HEADER = `/** The tables as they are in the database. Written by \`quartet reflect\`: not to be edited. */
import type { Knex } from 'knex';
`;

function describeTable(table: ReflectedTable, type: string, facts: DialectFacts): string {
  const { name, columns } = table;
  const row = columns.map(
    (column) =>
      `  /** ${comment(describeColumn(column, table))} */\n  ${property(column.name)}: ${typeOf(column, facts)};`,
  );
  const insert = columns
    .filter(({ generated }) => !generated)
    .map((column) => {
      const optional = isOptional(column, table, facts) ? '?' : '';
      return `  ${property(column.name)}${optional}: ${inputTypeOf(column, facts)};`;
    });
  return [
    `/** A row of \`${comment(name)}\`${describeIndexes(table)}. */`,
    `export interface ${type}Row {`,
    ...row,
    '}\n',
    `/** What an INSERT gives: the database has a value for what is optional. */`,
    `export interface ${type}Insert {`,
    ...insert,
    '}\n',
    `export type ${type}Update = Partial<${type}Insert>;\n`,
  ].join('\n');
}

/** `varchar(50), unique`, `integer, references users.id on delete cascade`. */
function describeColumn(column: ReflectedColumn, table: ReflectedTable): string {
  const { name, type, default: value, autoIncrement, generated } = column;
  const words = [type || 'any type'];
  if (table.primaryKey.includes(name))
    words.push(table.primaryKey.length > 1 ? 'part of the primary key' : 'primary key');
  if (table.indexes.some((index) => index.unique && index.columns.join() === name))
    words.push('unique');
  for (const key of table.foreignKeys) {
    const at = key.columns.indexOf(name);
    if (at < 0) continue;
    const action = key.onDelete === 'NO ACTION' ? '' : ` on delete ${key.onDelete.toLowerCase()}`;
    words.push(`references ${key.table}.${key.references[at]}${action}`);
  }
  if (generated) words.push('computed');
  else if (autoIncrement) words.push('counted up');
  else if (value !== null) words.push(`default ${value}`);
  return words.join(', ');
}

/** Those that say more than a column's own line does. */
function describeIndexes({ indexes }: ReflectedTable): string {
  const described = indexes
    .filter(({ unique, columns, definition }) => !unique || columns.length > 1 || definition)
    .map(({ unique, columns, definition, name }) => {
      const what = definition === null ? `(${columns.join(', ')})` : `${name}`;
      return `${unique ? 'unique' : 'index'} ${what}`;
    });
  return described.length === 0 ? '' : `: ${comment(described.join(', '))}`;
}

function isOptional(column: ReflectedColumn, table: ReflectedTable, facts: DialectFacts): boolean {
  return column.nullable || column.default !== null || countsUp(column, table, facts);
}

function typeOf(column: ReflectedColumn, facts: DialectFacts): string {
  const { array } = columnType(column);
  const element = scalarType(column, facts);
  const type = array ? `${element.includes('|') ? `(${element})` : element}[]` : element;
  return column.nullable && type !== 'unknown' ? `${type} | null` : type;
}

/** An instant is given as text as well, a big integer in any form. */
function inputTypeOf(column: ReflectedColumn, facts: DialectFacts): string {
  const { kind, array } = columnType(column);
  const type = typeOf(column, facts);
  if (array) return type;
  if (kind === 'instant' || kind === 'date') return type.replace(/\bDate\b/, 'Date | string');
  if (kind === 'bigint')
    return type.replace(/^(?:number \| )?(?:string|number)/, 'number | string | bigint');
  if (kind === 'decimal') return type.replace('string', 'number | string');
  if (kind === 'boolean') return type.replace('number', 'number | boolean');
  return type;
}

/** What the drivers give for a value of the type. */
function scalarType(column: ReflectedColumn, { values }: DialectFacts): string {
  const { kind } = columnType(column);
  switch (kind) {
    case 'integer':
    case 'float':
      return 'number';
    case 'bigint': // exact, and so text where a number would not be
    case 'decimal':
    case 'boolean':
    case 'date':
    case 'json':
      return values[kind];
    case 'instant':
      return 'Date';
    case 'text':
    case 'time':
    case 'uuid':
      return 'string';
    case 'binary':
      return 'Buffer';
    case 'enum':
      return (column.values ?? []).map(quote).join(' | ');
    case 'other':
      return 'unknown';
  }
}

/** `message_tags` has `MessageTags`; of names that become the same, all but the first get a number. */
function interfaceNames(tables: readonly ReflectedTable[]): string[] {
  const used = new Set<string>();
  return tables.map(({ name }) => {
    const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
    const base = /^\p{L}/u.test(joined) ? joined : `Table${joined}`;
    let unique = base;
    for (let n = 2; used.has(unique); n++) unique = `${base}${n}`;
    used.add(unique);
    return unique;
  });
}

function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped}'`;
}

/** Names and defaults come from the database: they must not end the comment. */
function comment(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('*/', '* /');
}
