/** A table as a database describes it, in words that are the same for all databases and all styles. */

export interface ColumnSchema {
  readonly name: string;
  /** Lower case, with its length: `varchar(50)`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
}

export interface ForeignKeySchema {
  readonly column: string;
  /** `users.id` */
  readonly references: string;
  readonly onDelete: string;
  readonly onUpdate: string;
}

export interface TableSchema {
  readonly name: string;
  readonly columns: ColumnSchema[];
  readonly primaryKey: string[];
  /** Each unique constraint's columns, the primary key aside. */
  readonly unique: string[][];
  readonly foreignKeys: ForeignKeySchema[];
}

/** Lists without an order of their own are sorted; RESTRICT and NO ACTION do the same here. */
export function tableSchema(table: TableSchema): TableSchema {
  const byText = (a: unknown, b: unknown): number =>
    JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
  return {
    ...table,
    unique: table.unique.map((columns) => [...columns].sort()).sort(byText),
    foreignKeys: table.foreignKeys
      .map((key) => ({ ...key, onDelete: rule(key.onDelete), onUpdate: rule(key.onUpdate) }))
      .sort(byText),
  };
}

function rule(text: string): string {
  const lower = text.toLowerCase();
  return lower === 'restrict' ? 'no action' : lower;
}

/** Groups rows of (group, column) pairs, keeping their order. */
export function grouped(rows: readonly { group: unknown; column: unknown }[]): string[][] {
  const groups = new Map<unknown, string[]>();
  for (const { group, column } of rows) {
    const columns = groups.get(group) ?? [];
    columns.push(String(column));
    groups.set(group, columns);
  }
  return [...groups.values()];
}
