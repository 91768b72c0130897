/** Lets a session save, load and delete objects of a plain class that stands for a table's rows. */
import type { Engine } from '@quartet/db-core';
import type { Class, Identity, KeyColumn, Mapper, Select } from '@quartet/db-core/binding';
import {
  assertTypes,
  hiddenField,
  isUnchanged,
  keyOf,
  noSuchColumn,
  noteChange,
  rowIsGone,
  snapshot,
} from '@quartet/db-core/binding';
import type { Knex } from 'knex';
import { engineOf } from './bind-knex';
import { assertWhere, conditionTable } from './conditions';

export interface TableMapperOptions<T extends object> {
  readonly knex: Knex;
  readonly target: Class<T>;
  readonly table: string;
  /** Column names by property. */
  readonly columns: ReadonlyMap<string, string>;
  /** Properties. */
  readonly primaryKey: readonly string[];
  /** Properties. */
  readonly onUpdateNow: readonly string[];
  readonly dependencies: () => Mapper[];
}

type Row = Record<string, unknown>;
type ColumnInfo = Readonly<Record<string, Knex.ColumnInfo | undefined>>;

export class TableMapper<T extends object> implements Mapper<T> {
  readonly engine: Engine;
  readonly name: string;
  readonly primaryKey: readonly string[];
  readonly dependencies: () => Mapper[];
  readonly locksRows = true;
  readonly conditionExample = "(query) => query.where('name', 'like', 'a%')";
  readonly target: Class<T>;
  readonly #options: TableMapperOptions<T>;
  readonly #conditions = conditionTable((property) => this.#column(property));
  /** The row of each object that has one, as last seen. */
  readonly #rows = hiddenField<T, Row>();
  /** The columns' types by property, once the database was asked. */
  #types: ReadonlyMap<string, string> | undefined;

  constructor(options: TableMapperOptions<T>) {
    this.#options = options;
    this.target = options.target;
    this.engine = engineOf(options.knex);
    this.name = options.target.name;
    this.primaryKey = options.primaryKey;
    this.dependencies = options.dependencies;
  }

  /** The mapping has no types: they are known when a first condition has asked the database. */
  get columns(): ReadonlyMap<string, string> {
    return this.#types ?? new Map([...this.#options.columns.keys()].map((name) => [name, '']));
  }

  isPersistent(instance: T): boolean {
    return this.#rows.get(instance) !== undefined;
  }

  isModified(instance: T): boolean {
    const row = this.#rows.get(instance);
    return !row || Object.keys(this.#changes(instance, row)).length > 0;
  }

  modifiedProperties(instance: T): readonly string[] {
    const changes = this.#changes(instance, this.#rows.get(instance) ?? {});
    return [...this.#options.columns].flatMap(([property, column]) =>
      column in changes ? property : [],
    );
  }

  async save(instance: T): Promise<void> {
    const row = this.#rows.get(instance);
    if (!row) {
      await this.#insert(instance);
      return noteChange(this.engine, instance, 'insert');
    }
    const own = this.#changes(instance, row);
    if (Object.keys(own).length === 0) return;
    const changes = this.#updated(own);
    await this.#query().where(this.#key(row)).update(changes);
    for (const property of this.#options.onUpdateNow)
      Object.assign(instance, { [property]: changes[this.#column(property)] });
    this.#rows.set(instance, { ...row, ...remembered(changes) });
    noteChange(this.engine, instance, 'update');
  }

  async delete(instance: T): Promise<void> {
    await this.#query()
      .where(this.#key(this.#rows.get(instance) ?? this.#toRow(instance)))
      .delete();
    this.#rows.delete(instance);
    noteChange(this.engine, instance, 'delete');
  }

  async refresh(instance: T): Promise<void> {
    const row = await this.#read(this.#key(this.#rows.get(instance) ?? this.#toRow(instance)));
    if (!row) throw rowIsGone(this.name);
    this.#fill(instance, row);
  }

  async get(id: Identity): Promise<T | undefined> {
    const key = keyOf(this.name, await this.#keyColumns(id), id, this.engine.dialect.facts);
    const row = key && (await this.#read(key));
    return row && this.#fill(this.#create(), row);
  }

  async find(select: Select): Promise<T[]> {
    const query = this.#query().select([...this.#options.columns.values()]);
    await this.#narrow(query, select);
    for (const [property, direction] of select.orderBy)
      void query.orderBy(this.#column(property), direction);
    if (select.lock) void (select.lock === 'update' ? query.forUpdate() : query.forShare());
    if (select.limit !== undefined) void query.limit(select.limit);
    if (select.offset !== undefined) {
      if (select.limit === undefined) void query.limit(Number.MAX_SAFE_INTEGER); // MariaDB has no OFFSET alone
      void query.offset(select.offset);
    }
    return ((await query) as Row[]).map((row) => this.#fill(this.#create(), row));
  }

  async count(select: Select): Promise<number> {
    const query = this.#query().count({ n: '*' });
    await this.#narrow(query, select);
    const [row] = (await query) as { n: number | string }[];
    return Number(row?.n);
  }

  async deleteAll(select: Select): Promise<number> {
    const query = this.#query().delete();
    await this.#narrow(query, select);
    return Number(await query);
  }

  async updateAll(select: Select, values: Row): Promise<number> {
    const row = Object.entries(values).map(([property, value]) => [this.#column(property), value]);
    const query = this.#query().update(this.#updated(Object.fromEntries(row) as Row));
    await this.#narrow(query, select);
    return Number(await query);
  }

  assertCondition(condition: unknown): void {
    assertWhere(this, this.#options, condition);
  }

  /** What an UPDATE sets: the changes, and the current time in the columns that have it. */
  #updated(changes: Row): Row {
    const { onUpdateNow } = this.#options;
    if (onUpdateNow.length === 0) return changes;
    const now = new Date();
    return {
      ...Object.fromEntries(onUpdateNow.map((property) => [this.#column(property), now])),
      ...changes,
    };
  }

  /** INSERT, then the row as the database has it: with its generated key and its defaults. */
  async #insert(instance: T): Promise<void> {
    const values = this.#toRow(instance);
    const names = [...this.#options.columns.values()];
    if (this.engine.dialect.facts.returning) {
      const [row] = (await this.#query().insert(values).returning(names)) as Row[];
      this.#fill(instance, row as Row);
      return;
    }
    const [generated] = await this.#query().insert(values);
    const key = Object.fromEntries(
      this.primaryKey.map((property) => [
        this.#column(property),
        values[this.#column(property)] ?? generated,
      ]),
    );
    const complete = names.every((name) => name in values || name in key);
    this.#fill(instance, complete ? { ...values, ...key } : ((await this.#read(key)) as Row));
  }

  async #keyColumns(id: Identity): Promise<readonly KeyColumn[]> {
    if ([id].flat().some((value) => typeof value === 'string')) await this.#learnTypes();
    return this.primaryKey.map((property) => ({
      name: this.#column(property),
      type: this.columns.get(property) ?? '',
    }));
  }

  /** Asks the database, once. */
  async #learnTypes(): Promise<void> {
    if (this.#types) return;
    const info = (await this.#query().columnInfo()) as ColumnInfo;
    const { columns } = this.#options;
    this.#types = new Map([...columns].map(([name, column]) => [name, info[column]?.type ?? '']));
  }

  #read(key: Row): Promise<Row | undefined> {
    return this.#query()
      .where(key)
      .first([...this.#options.columns.values()]) as unknown as Promise<Row | undefined>;
  }

  async #narrow(query: Knex.QueryBuilder, select: Select): Promise<void> {
    const { equal, conditions, where } = select;
    if (equal.length + conditions.length + where.length === 0) return;
    await this.#learnTypes();
    assertTypes(this, select);
    for (const values of equal)
      for (const [property, value] of Object.entries(values))
        void query.where(this.#column(property), value as Knex.Value);
    for (const condition of conditions) void query.where(condition.to(this.#conditions));
    for (const condition of where) void query.where(condition as Knex.QueryCallback);
  }

  #query(): Knex.QueryBuilder {
    return this.#options.knex(this.#options.table);
  }

  #create(): T {
    return Object.create(this.#options.target.prototype as object) as T;
  }

  #fill(instance: T, row: Row): T {
    for (const [property, column] of this.#options.columns)
      (instance as Row)[property] = row[column];
    this.#rows.set(instance, remembered(row));
    return instance;
  }

  #toRow(instance: T): Row {
    const row: Row = {};
    for (const [property, column] of this.#options.columns) {
      const value = (instance as Row)[property];
      if (value !== undefined) row[column] = value;
    }
    return row;
  }

  #changes(instance: T, row: Row): Row {
    return Object.fromEntries(
      Object.entries(this.#toRow(instance)).filter(
        ([column, value]) => !isUnchanged(value, row[column]),
      ),
    );
  }

  #key(row: Row): Row {
    return Object.fromEntries(
      this.primaryKey.map((property) => [this.#column(property), row[this.#column(property)]]),
    );
  }

  #column(property: string): string {
    const column = this.#options.columns.get(property);
    if (column === undefined) throw noSuchColumn(this, property);
    return column;
  }
}

/** The row itself, unless it holds values that can be changed in place. */
function remembered(row: Row): Row {
  const objects = Object.entries(row).filter(([, value]) => typeof value === 'object' && value);
  if (objects.length === 0) return row;
  return { ...row, ...Object.fromEntries(objects.map(([name, value]) => [name, snapshot(value)])) };
}
