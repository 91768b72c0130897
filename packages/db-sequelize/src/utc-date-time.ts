/**
 * The one way instants are stored, whichever library writes them: `timestamptz(3)` on PostgreSQL,
 * `datetime(3)` in UTC on MariaDB, ISO 8601 text with milliseconds and `Z` on SQLite. They are read as `Date`.
 *
 * @see https://sequelize.org/docs/v6/other-topics/extending-data-types/
 */
import type { DateDataType, ModelAttributeColumnOptions } from 'sequelize';
import { DataTypes } from 'sequelize';

export interface UtcDateTimeOptions {
  /** The database sets the current time where an INSERT gives none; a new instance has it at once. Default false. */
  readonly defaultNow?: boolean;
  /** Default false. */
  readonly allowNull?: boolean;
  /** The column's name, where it is not the attribute's. */
  readonly field?: string;
}

/**
 * The attribute of a column that holds an instant.
 *
 * @example
 * User.init({ createdAt: utcDateTime({ defaultNow: true, field: 'created_at' }) }, { sequelize });
 * // sequelize-typescript:
 * @Column(utcDateTime({ defaultNow: true, field: 'created_at' })) declare createdAt: Date;
 */
export function utcDateTime(options: UtcDateTimeOptions = {}): ModelAttributeColumnOptions {
  const { defaultNow = false, allowNull = false, field } = options;
  return {
    type: new UtcDateTime({ defaultNow }) as unknown as DateDataType,
    allowNull,
    ...(defaultNow && { defaultValue: DataTypes.NOW }),
    ...(field !== undefined && { field }),
  };
}

/** Sequelize's own DATE, which checks and compares values; its typings tell of none of that. */
interface DateType {
  readonly options: { readonly defaultNow?: boolean };
  toSql(): string;
  _stringify(value: unknown): string;
}
type DateTypeClass = {
  new (options?: object): DateType;
  parse?: (value: string, options: unknown) => unknown;
};
// DataTypes.DATE itself is a proxy, whose subclasses would make plain DATEs.
const DateType = (DataTypes.DATE as unknown as { prototype: { constructor: DateTypeClass } })
  .prototype.constructor;

/** Stands for the type of each dialect below, which Sequelize finds by its `key`. */
class UtcDateTime extends DateType {
  static readonly key = 'UTCDATETIME';
  readonly key = UtcDateTime.key;

  /** What Sequelize calls to make the dialect's type of the one a model names. */
  static extend(type: DateType): DateType {
    return new this(type.options);
  }

  protected withDefault(type: string, now: string): string {
    return this.options.defaultNow ? `${type} DEFAULT ${now}` : type;
  }

  override _stringify(value: unknown): string {
    return iso(value);
  }
}

class PostgresUtcDateTime extends UtcDateTime {
  static readonly types = { postgres: ['timestamptz'] };

  override toSql(): string {
    return this.withDefault('TIMESTAMP(3) WITH TIME ZONE', 'now()');
  }
}

class MysqlUtcDateTime extends UtcDateTime {
  static readonly types = { mysql: ['DATETIME'] };

  override toSql(): string {
    return this.withDefault('DATETIME(3)', '(utc_timestamp(3))');
  }

  /** `2026-11-21 10:00:00.000`: it takes no `T` and no `Z`. */
  override _stringify(value: unknown): string {
    return iso(value).replace('T', ' ').replace('Z', '');
  }
}

class SqliteUtcDateTime extends UtcDateTime {
  static readonly types = { sqlite: ['DATETIME'] };

  /** Sequelize finds parsers by the column's declared type: this one also reads what its DATE has written. */
  static override parse(value: string, options: unknown): unknown {
    return value.endsWith('Z')
      ? new Date(value)
      : dialectTypes('sqlite').DATE?.parse?.(value, options);
  }

  override toSql(): string {
    return this.withDefault('DATETIME', `(strftime('%Y-%m-%dT%H:%M:%fZ','now'))`);
  }
}

for (const [dialect, type] of [
  ['postgres', PostgresUtcDateTime],
  ['mysql', MysqlUtcDateTime],
  ['sqlite', SqliteUtcDateTime],
] as const) {
  dialectTypes(dialect)[UtcDateTime.key] = type as unknown as DateTypeClass;
}

/** The registry of types that Sequelize documents for extensions: `DataTypes.sqlite` and so on. */
function dialectTypes(dialect: string): Record<string, DateTypeClass | undefined> {
  return (
    (DataTypes as unknown as Record<string, Record<string, DateTypeClass | undefined>>)[dialect] ??
    {}
  );
}

function iso(value: unknown): string {
  return (value instanceof Date ? value : new Date(value as string | number)).toISOString();
}
