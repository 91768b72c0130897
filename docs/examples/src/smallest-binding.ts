/** The smallest binding: rows of a table as objects of a class, by plain SQL. */
// #region binding
import type { Engine, Result } from '@quartet/db-core';
import type { Class, Identity, Mapper, Select } from '@quartet/db-core/binding';
import {
  currentConnection,
  hiddenField,
  keyOf,
  mapClass,
  rowIsGone,
} from '@quartet/db-core/binding';

type Row = Record<string, unknown>;

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
  readonly #rows = hiddenField<T, Row>();

  constructor(
    readonly engine: Engine,
    readonly target: Class<T>,
    readonly table: string,
    readonly columns: readonly string[],
  ) {
    this.name = target.name;
  }

  dependencies(): readonly Mapper[] {
    return [];
  }

  isPersistent(instance: T): boolean {
    return this.#rows.get(instance) !== undefined;
  }

  isModified(instance: T): boolean {
    const row = this.#rows.get(instance);
    return this.columns.some((name) => (instance as Row)[name] !== row?.[name]);
  }

  async save(instance: T): Promise<void> {
    const values = this.columns.map((name) => (instance as Row)[name]);
    const row = this.#rows.get(instance);
    if (row) {
      const changes = this.columns.map((name) => `${name} = ?`).join(', ');
      await this.#run(`update ${this.table} set ${changes} where id = ?`, [...values, row['id']]);
      this.#fill(instance, { ...(instance as Row), id: row['id'] });
    } else {
      const marks = this.columns.map(() => '?').join(', ');
      const insert = `insert into ${this.table} (${this.columns.join(', ')}) values (${marks})`;
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

  async find({ equal, orderBy, limit }: Select): Promise<T[]> {
    const conditions = equal.flatMap((values) => Object.entries(values));
    const where = conditions.map(([name]) => `${name} = ?`).join(' and ') || '1 = 1';
    const order = orderBy.map((each) => each.join(' ')).join(', ') || 'id';
    const values = [...conditions.map(([, value]) => value), limit ?? Number.MAX_SAFE_INTEGER];
    const rows = await this.#select(`where ${where} order by ${order} limit ?`, values);
    return rows.map((row) => this.#fill(this.#create(), row));
  }

  async count(select: Select): Promise<number> {
    return (await this.find(select)).length;
  }

  async #select(rest: string, values: readonly unknown[]): Promise<Row[]> {
    const sql = `select id, ${this.columns.join(', ')} from ${this.table} ${rest}`;
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
