/** What a database says of its tables, in the same form for every database. */

export interface ReflectedColumn {
  readonly name: string;
  /** As the database words it, in lower case: `varchar(50)`, `character varying(50)`, `int(11)`. */
  readonly type: string;
  readonly nullable: boolean;
  /** The expression, as the database words it; null when there is none. */
  readonly default: string | null;
  /** Whether the database counts it up by itself. */
  readonly autoIncrement: boolean;
}

export interface ReflectedForeignKey {
  /** Null on SQLite, where constraints are anonymous. */
  readonly name: string | null;
  readonly columns: readonly string[];
  /** The table referred to, and its columns. */
  readonly table: string;
  readonly references: readonly string[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

/** An index other than the primary key's. A unique constraint is one that is unique. */
export interface ReflectedIndex {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique: boolean;
}

export interface ReflectedTable {
  readonly name: string;
  /** In their order. */
  readonly columns: readonly ReflectedColumn[];
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ReflectedForeignKey[];
  readonly indexes: readonly ReflectedIndex[];
}

/** Runs a query of the catalogue. */
export type Ask = <Row>(sql: string, params?: readonly unknown[]) => Promise<Row[]>;
