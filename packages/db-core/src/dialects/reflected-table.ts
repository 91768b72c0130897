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
  /** Whether the database computes it from other columns: nothing can be written to it. */
  readonly generated: boolean;
  /** Its collation, where that is not the database's default. Always null on SQLite, which does not report it. */
  readonly collation: string | null;
  /** The values of an enumeration; null for every other type. */
  readonly values: readonly string[] | null;
}

/** A foreign key of a table that is there. */
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

/** An index other than the primary key's. A unique constraint has one too. */
export interface ReflectedIndex {
  /** Null for a unique constraint on SQLite, where constraints are anonymous. */
  readonly name: string | null;
  /** Those of its parts that are columns. */
  readonly columns: readonly string[];
  readonly unique: boolean;
  /** Whether it belongs to a unique constraint of the table. On MariaDB every unique index does. */
  readonly constraint: boolean;
  /** The statement that makes it, where its columns do not describe it: an expression, a condition, a prefix, an order. */
  readonly definition: string | null;
}

/** A table that is there: its columns, keys and indexes. */
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
