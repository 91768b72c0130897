/**
 * Makes tables from what was reflected elsewhere, as `metadata.reflect(); metadata.create_all(other)` does: a copy of a
 * schema, in a database of the same kind. Types and defaults are the database's own words, so nothing is translated.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.MetaData.create_all
 */
import type { DialectFacts } from '../dialects/facts';
import type { Engine } from '../engine/engine';
import type {
  ReflectedColumn,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedTable,
} from '../dialects/reflected-table';
import { InvalidRequestError } from '../errors/errors';
import { outsideScope } from '../session/scope';
import { createUnlessMade } from './create-unless-made';
import { reflect } from './reflect';

/**
 * Makes the tables that are missing, in any order: a foreign key may point to a later one.
 *
 * @param tables what `reflect()` gave, of a database of the same kind.
 * @throws InvalidRequestError for a computed column, whose expression is not reflected.
 * @example
 * await createTables(copy, await reflect(original));
 */
export function createTables(engine: Engine, tables: readonly ReflectedTable[]): Promise<void> {
  return outsideScope(async () => {
    const there = new Set((await reflect(engine)).map(({ name }) => name));
    const missing = tables.filter(({ name }) => !there.has(name));
    const writer = new Writer(engine.dialect.facts);
    const statements = missing.map((table) => writer.statements(table, there));
    for (const sql of missing.flatMap((table) => writer.types(table))) await engine.execute(sql);
    for (const [create, ...rest] of statements) {
      await createUnlessMade(() => engine.execute(create));
      for (const sql of rest) await engine.execute(sql);
    }
    for (const sql of writer.late) await engine.execute(sql);
  });
}

type Statements = [create: string, ...rest: string[]];

class Writer {
  /** Foreign keys to tables that come later. */
  readonly late: string[] = [];
  readonly #facts: DialectFacts;

  constructor(facts: DialectFacts) {
    this.#facts = facts;
  }

  /** Makes the enumerations that are types of their own. */
  types({ columns }: ReflectedTable): string[] {
    return columns.flatMap(
      ({ type, values }) => (values && this.#facts.createEnum?.(type, values)) ?? [],
    );
  }

  /** @param there names of the tables made so far, to which this one's is added. */
  statements(table: ReflectedTable, there: Set<string>): Statements {
    const { name, columns, primaryKey, foreignKeys, indexes } = table;
    there.add(name);
    const parts = columns.map((column) => this.#column(table, column));
    const saysKey = this.#facts.integerKeyCountsUp && columns.some((each) => each.autoIncrement);
    if (primaryKey.length > 0 && !saysKey) parts.push(`primary key ${this.#list(primaryKey)}`);
    const after: string[] = [];
    for (const index of indexes) {
      if (index.definition !== null) after.push(index.definition);
      else if (index.constraint) parts.push(this.#unique(index));
      else if (this.#facts.indexesInTable) parts.push(this.#key(index));
      else after.push(this.#index(name, index));
    }
    for (const key of foreignKeys) {
      if (this.#facts.forwardReferences || there.has(key.table)) parts.push(this.#foreignKey(key));
      else this.late.push(`alter table ${this.#quote(name)} add ${this.#foreignKey(key)}`);
    }
    return [`create table ${this.#quote(name)} (\n  ${parts.join(',\n  ')}\n)`, ...after];
  }

  #column({ name: table }: ReflectedTable, column: ReflectedColumn): string {
    const { name, nullable, autoIncrement, generated, collation } = column;
    if (generated)
      throw new InvalidRequestError(
        `${table}.${name} is computed by the database, and its expression is not reflected: make this table by a migration.`,
      );
    const words = [this.#quote(name), this.#type(column)];
    if (collation !== null) words.push(`collate ${this.#quote(collation)}`);
    if (!nullable) words.push('not null');
    if (column.default === null) words.push(autoIncrement ? this.#facts.autoIncrement : '');
    else if (!autoIncrement) words.push(`default ${this.#default(column.default)}`);
    return words.filter(Boolean).join(' ');
  }

  /** PostgreSQL makes the sequence of a `serial`, which belongs to the table then. */
  #type({ type, autoIncrement, default: value }: ReflectedColumn): string {
    if (!autoIncrement || value === null) return type;
    return { smallint: 'smallserial', bigint: 'bigserial' }[type] ?? 'serial';
  }

  /** Some databases give an expression without the parentheses it needs. */
  #default(value: string): string {
    const bare = /^(?:'(?:[^']|'')*'|[-+]?[\d.]+|null|true|false|current_\w+(?:\(\d*\))?)$/i;
    return bare.test(value) || / on update /i.test(value) ? value : `(${value})`;
  }

  #unique({ name, columns }: ReflectedIndex): string {
    return `${name === null ? '' : `constraint ${this.#quote(name)} `}unique ${this.#list(columns)}`;
  }

  #key({ name, columns }: ReflectedIndex): string {
    return `key ${this.#quote(name ?? '')} ${this.#list(columns)}`;
  }

  #index(table: string, { name, columns, unique }: ReflectedIndex): string {
    return `create ${unique ? 'unique ' : ''}index ${this.#quote(name ?? '')} on ${this.#quote(table)} ${this.#list(columns)}`;
  }

  #foreignKey(key: ReflectedForeignKey): string {
    const name = key.name === null ? '' : `constraint ${this.#quote(key.name)} `;
    return (
      `${name}foreign key ${this.#list(key.columns)} references ${this.#quote(key.table)} ${this.#list(key.references)} ` +
      `on delete ${key.onDelete} on update ${key.onUpdate}`
    );
  }

  #list(columns: readonly string[]): string {
    return `(${columns.map((column) => this.#quote(column)).join(', ')})`;
  }

  #quote(name: string): string {
    const mark = this.#facts.identifierQuote;
    return mark + name.replaceAll(mark, mark + mark) + mark;
  }
}
