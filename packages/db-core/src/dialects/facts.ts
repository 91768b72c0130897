/**
 * What a database is like, as far as code outside its folder has to know: words of its SQL, and what it can and cannot do.
 * Each database states its own in `facts.ts`, so that a binding, reflection or an app asks for the fact (`rowLocks`) and
 * not for the database's name.
 */
import type { Ask, ReflectedTable } from './reflected-table';

/** What is different from one database to another, as facts that a binding or an app may ask for. */
export interface DialectFacts {
  /** What people call it. */
  readonly title: string;
  /** What OpenTelemetry's conventions call it. @param server its version, or the scheme of the URL before that is known */
  systemName(server: string): string;
  /** Encloses a name; a name that contains it has it twice. */
  readonly identifierQuote: '"' | '`';
  readonly instant: InstantFacts;
  /** How a table or column is made to compare text byte by byte; undefined where the database always does. */
  readonly bytewise: { readonly charset: string; readonly collate: string } | undefined;
  /** Whether a SELECT can lock rows: `FOR UPDATE`, `FOR SHARE`. */
  readonly rowLocks: boolean;
  /** Whether an INSERT can give back the row it has made: `RETURNING`. */
  readonly returning: boolean;
  /** Whether a transaction can undo `CREATE TABLE` and the like. */
  readonly transactionalDdl: boolean;
  /** Whether a foreign key may refer to a table that is made later. */
  readonly forwardReferences: boolean;
  /** Whether a column that is `integer primary key` counts up by itself. */
  readonly integerKeyCountsUp: boolean;
  /** Whether comparing a column with a value that its type cannot hold is an error; else they are just not equal. */
  readonly typedParameters: boolean;
  /** Whether null is sorted behind all values where they ascend, and before them where they descend. */
  readonly nullsComeLast: boolean;
  /** Whether any word is a type. */
  readonly anyType: boolean;
  /** What makes a column count up, after its type. */
  readonly autoIncrement: string;
  /** Whether CREATE TABLE may contain indexes that are not unique. */
  readonly indexesInTable: boolean;
  /** The statement that makes an enumeration which is a type with a name; undefined where it is part of a column. */
  createEnum?(type: string, values: readonly string[]): string;
  /** How the driver gives values, as TypeScript types, where databases differ. */
  readonly values: Readonly<Record<'bigint' | 'decimal' | 'boolean' | 'date' | 'json', string>>;
  /** SQL that lists the names of the tables. */
  readonly tableNames: string;
  /** What is put before a statement for its plan, and the column that is for people where not all are. */
  readonly explain: { readonly words: string; readonly column?: string };
  /** Reads the tables; loaded at the first call. */
  reflect(ask: Ask): Promise<ReflectedTable[]>;
}

/** How an instant is kept: in UTC, to the millisecond. */
export interface InstantFacts {
  readonly type: 'timestamptz' | 'datetime';
  /** Digits of a second that the type is given; undefined where it takes none. */
  readonly precision: 3 | undefined;
  /** The current instant, an expression: as a default of a column it stands in parentheses. */
  readonly now: string;
  /** Whether it is kept as text, and read as text from a column that the driver does not know. */
  readonly isText: boolean;
  /** The instant as the database takes it in a literal. */
  format(instant: Date): string;
}
