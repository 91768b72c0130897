/**
 * The one way in which all libraries store instants: `timestamptz(3)` on PostgreSQL,
 * `datetime(3)` in UTC on MariaDB, ISO 8601 text with milliseconds and `Z` on SQLite. They are read as `Date`.
 *
 * @see https://sequelize.org/docs/v6/other-topics/extending-data-types/
 */
import type { DialectFacts } from '@quartet/db-core/binding';
import { ArgumentError } from '@quartet/db-core';
import { readAs } from '@quartet/db-core/binding';
import type { AbstractDataType, ModelAttributeColumnOptions, ModelOptions } from 'sequelize';
import { DataTypes } from 'sequelize';
import { dialectTypes } from './untyped';

/** Options of `utcDateTime`. */
export interface UtcDateTimeOptions {
  /** The database sets the current time where an INSERT gives none; a new instance has it at once. Default false. */
  readonly defaultNow?: boolean;
  /**
   * Each UPDATE of Sequelize sets the current time, and so does an INSERT: it is the model's `updatedAt`, of which there is one.
   * Default false.
   */
  readonly onUpdateNow?: boolean;
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
  const { defaultNow = false, onUpdateNow = false, allowNull = false, field } = options;
  return {
    type: new UtcDateTime({ defaultNow, onUpdateNow }),
    allowNull,
    ...(defaultNow && { defaultValue: DataTypes.NOW }),
    ...(field !== undefined && { field }),
  };
}

/** Sequelize's own DATE; its typings lack its options and that it can be extended. */
interface DateType extends AbstractDataType {
  readonly options: { readonly defaultNow?: boolean; readonly onUpdateNow?: boolean };
  toSql(): string;
  _stringify(value: unknown): string;
}
type DateTypeClass = {
  new (options?: object): DateType;
  parse?: (value: unknown) => unknown;
};
// DataTypes.DATE itself is a proxy, whose subclasses would make plain DATEs.
const { constructor: DateType } = Object.getPrototypeOf(new DataTypes.DATE()) as {
  constructor: DateTypeClass;
};

/** Sequelize finds the type of its database by this name: see {@link defineUtcDateTime}. */
const KEY = 'UTCDATETIME';

/** What a model names before its database is known. */
class UtcDateTime extends DateType {
  override readonly key: string = KEY;
}

/** Registers with Sequelize how instants are kept on a database. @param dialect Sequelize's name for it. */
export function defineUtcDateTime(dialect: string, { instant }: DialectFacts): void {
  const types = dialectTypes(dialect) as Record<string, DateTypeClass | undefined>;
  types[KEY] ??= class extends UtcDateTime {
    /** What Sequelize calls to make the type of the database from the one a model names. */
    static extend(type: DateType): DateType {
      return new this(type.options);
    }

    override toSql(): string {
      const type = instant.type + (instant.precision ? `(${instant.precision})` : '');
      return type.toUpperCase() + (this.options.defaultNow ? ` DEFAULT (${instant.now})` : '');
    }

    override _stringify(value: unknown): string {
      return instant.format(value instanceof Date ? value : new Date(value as string | number));
    }
  };
  // Also for tables that no model describes, whose columns Sequelize reads by their declared type.
  if (instant.isText) types[KEY].parse = (value) => readAs('instant', value);
}

/**
 * Makes the attribute with `onUpdateNow` what Sequelize calls `updatedAt`, before the model is made.
 *
 * A model that has another one is refused with an ArgumentError.
 */
export function keepUpdatedAt(
  attributes: Readonly<Record<string, unknown>>,
  options: ModelOptions,
): void {
  const [name, another] = Object.keys(attributes).filter((each) => isSetOnUpdate(attributes[each]));
  if (name === undefined) return;
  const { timestamps = true, updatedAt } = options;
  const former = another ?? (timestamps && typeof updatedAt === 'string' ? updatedAt : name);
  if (former !== name) {
    refuse(
      options,
      `Sequelize sets one attribute at each update, and ${options.modelName} has two, '${name}' and '${former}': ` +
        'give onUpdateNow to one of them, and set the other in a hook beforeUpdate.',
    );
    return;
  }
  if (!timestamps) Object.assign(options, { timestamps: true, createdAt: false, deletedAt: false });
  options.updatedAt = name;
}

/** Sequelize runs hooks in an async function, where an error would not reach who defines the model: reading the option does. */
function refuse(options: ModelOptions, message: string): void {
  const refused = new ArgumentError(message);
  Object.defineProperty(options, 'updatedAt', {
    enumerable: true,
    get() {
      throw refused;
    },
  });
}

function isSetOnUpdate(attribute: unknown): boolean {
  const { type } = (attribute ?? {}) as { readonly type?: unknown };
  return type instanceof UtcDateTime && type.options.onUpdateNow === true;
}
