/** The smallest binding: rows of a table as objects of a class, by plain SQL. */
// #region binding
import type { Engine, Result } from '@quartet/db-core';
import type { Class, ConditionTable, Identity, Mapper, Select } from '@quartet/db-core/binding';
import {
  currentConnection,
  hiddenField,
  keyOf,
  mapClass,
  noCondition,
  rowIsGone,
} from '@quartet/db-core/binding';

type Row = Record<string, unknown>;

/** A piece of SQL and its values. */
type Sql = readonly [text: string, ...values: unknown[]];

const compare =
  (operator: string) =>
  (name: string, value: unknown): Sql => [`${name} ${operator} ?`, value];
const joined = (word: string, all: readonly Sql[]): Sql => [
  `(${all.map(([text]) => text).join(` ${word} `)})`,
  ...all.flatMap(([, ...values]) => values),
];

/** Conditions made of columns, `name.eq('admin')`, in this binding's words. */
const CONDITIONS: ConditionTable<Sql> = {
  eq: compare('='),
  ne: compare('<>'),
  gt: compare('>'),
  gte: compare('>='),
  lt: compare('<'),
  lte: compare('<='),
  like: compare('like'),
  in: (name, values) => [`${name} in (${values.map(() => '?').join(', ')})`, ...values],
  between: (name, low, high) => [`${name} between ? and ?`, low, high],
  isNull: (name) => [`${name} is null`],
  none: () => ['1 = 0'],
  and: (conditions) => joined('and', conditions),
  or: (conditions) => joined('or', conditions),
  not: ([text, ...values]) => [`not (${text})`, ...values],
};

/** Maps a class to a table with the key `id`, which the database counts up, and these other columns. */
export function bindTable<T extends object>(
  engine: Engine,
  target: Class<T>,
  table: string,
  columns: readonly string[],
): void {
  mapClass(target, new RowMapper<T>(engine, target, table, columns));
}

class RowMapper<T extends object> implements Mapper<T> {
  readonly primaryKey = ['id'];
  readonly name: string;
  readonly columns: ReadonlyMap<string, string>;
  readonly conditionExample = "name.like('a%')";
  readonly #rows = hiddenField<T, Row>();

  constructor(
    readonly engine: Engine,
    readonly target: Class<T>,
    readonly table: string,
    readonly names: readonly string[],
  ) {
    this.name = target.name;
    this.columns = new Map([['id', 'integer'], ...names.map((name) => [name, ''] as const)]);
  }

  /** It has no conditions of its own. */
  assertCondition(condition: unknown): never {
    throw noCondition(this, condition);
  }

  dependencies(): readonly Mapper[] {
    return [];
  }

  isPersistent(instance: T): boolean {
    return this.#rows.get(instance) !== undefined;
  }

  isModified(instance: T): boolean {
    const row = this.#rows.get(instance);
    return this.names.some((name) => (instance as Row)[name] !== row?.[name]);
  }

  async save(instance: T): Promise<void> {
    const values = this.names.map((name) => (instance as Row)[name]);
    const row = this.#rows.get(instance);
    if (row) {
      const changes = this.names.map((name) => `${name} = ?`).join(', ');
      await this.#run(`update ${this.table} set ${changes} where id = ?`, [...values, row['id']]);
      this.#fill(instance, { ...(instance as Row), id: row['id'] });
    } else {
      const marks = this.names.map(() => '?').join(', ');
      const insert = `insert into ${this.table} (${this.names.join(', ')}) values (${marks})`;
      const { lastInsertId } = await this.#run(insert, values);
      this.#fill(instance, { ...(instance as Row), id: lastInsertId });
    }
  }

  async delete(instance: T): Promise<void> {
    await this.#run(`delete from ${this.table} where id = ?`, [this.#rows.get(instance)?.['id']]);
    this.#rows.delete(instance);
  }

  async refresh(instance: T): Promise<void> {
    const [row] = await this.#select('where id = ?', [this.#rows.get(instance)?.['id']]);
    if (!row) throw rowIsGone(this.name);
    this.#fill(instance, row);
  }

  async get(id: Identity): Promise<T | undefined> {
    const key = keyOf(this.name, [{ name: 'id', type: 'integer' }], id, this.engine.dialect.facts);
    const [row] = key ? await this.#select('where id = ?', [key['id']]) : [];
    return row && this.#fill(this.#create(), row);
  }

  async find(select: Select): Promise<T[]> {
    const [where, ...values] = this.#where(select);
    const order = select.orderBy.map((each) => each.join(' ')).join(', ') || 'id';
    values.push(select.limit ?? Number.MAX_SAFE_INTEGER);
    const rows = await this.#select(`where ${where} order by ${order} limit ?`, values);
    return rows.map((row) => this.#fill(this.#create(), row));
  }

  async count(select: Select): Promise<number> {
    return (await this.find(select)).length;
  }

  async deleteAll(select: Select): Promise<number> {
    const [where, ...values] = this.#where(select);
    return (await this.#run(`delete from ${this.table} where ${where}`, values)).rowCount;
  }

  async updateAll(select: Select, changes: Row): Promise<number> {
    const [where, ...values] = this.#where(select);
    const set = Object.keys(changes).map((name) => `${name} = ?`);
    const update = `update ${this.table} set ${set.join(', ')} where ${where}`;
    return (await this.#run(update, [...Object.values(changes), ...values])).rowCount;
  }

  /** Names are safe in SQL: the query has checked them with `columns`. */
  #where({ equal, conditions }: Select): Sql {
    const equals = equal
      .flatMap((values) => Object.entries(values))
      .map(([name, value]) =>
        value === null ? CONDITIONS.isNull(name) : CONDITIONS.eq(name, value),
      );
    const all = [...equals, ...conditions.map((condition) => condition.to(CONDITIONS))];
    return all.length === 0 ? ['1 = 1'] : CONDITIONS.and(all);
  }

  async #select(rest: string, values: readonly unknown[]): Promise<Row[]> {
    const sql = `select id, ${this.names.join(', ')} from ${this.table} ${rest}`;
    return (await this.#run(sql, values)).all().map((row) => ({ ...row }));
  }

  /** Where a session is current, in its transaction; elsewhere on a connection borrowed for the statement. */
  #run(sql: string, values: readonly unknown[]): Promise<Result> {
    return (currentConnection(this.engine) ?? this.engine).execute(sql, values);
  }

  #create(): T {
    return Object.create(this.target.prototype as object) as T;
  }

  #fill(instance: T, row: Row): T {
    this.#rows.set(instance, row);
    return Object.assign(instance, row);
  }
}
// #endregion
