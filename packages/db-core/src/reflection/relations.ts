/**
 * What foreign keys say of how objects refer to each other, with names for it: `message.user`, and
 * `user.messages_collection` the other way round.
 *
 * Ports the naming of SQLAlchemy's automap, which calls the scalar after the table; the column's name tells two keys to
 * the same table apart.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/extensions/automap.html#relationship-detection
 */
import type { ReflectedForeignKey, ReflectedTable } from '../dialects/reflected-table';

/** What one foreign key says of two tables, with names for both directions. */
export interface ReflectedRelation {
  /** The table with the foreign key. */
  readonly table: ReflectedTable;
  /** The table it refers to. */
  readonly target: ReflectedTable;
  readonly foreignKey: ReflectedForeignKey;
  /** The property of the one that refers: `user` for the column `user_id`. */
  readonly name: string;
  /** The property of the one referred to: `messages_collection`. */
  readonly inverse: string;
}

/** Those between tables of the list. */
export function relationsOf(tables: readonly ReflectedTable[]): ReflectedRelation[] {
  const used = new Map(
    tables.map((table) => [table.name, new Set(table.columns.map(({ name }) => name))]),
  );
  const claim = (table: ReflectedTable, name: string): string => {
    const names = used.get(table.name) as Set<string>;
    let free = name;
    while (names.has(free)) free += '_';
    names.add(free);
    return free;
  };
  return tables.flatMap((table) =>
    table.foreignKeys.flatMap((foreignKey) => {
      const target = tables.find(({ name }) => name === foreignKey.table);
      if (!target) return [];
      const name = claim(table, scalarName(foreignKey));
      const isOnly = table.foreignKeys.filter((key) => key.table === target.name).length === 1;
      const collection = isOnly ? table.name : `${table.name}_${name}`;
      return [
        { table, target, foreignKey, name, inverse: claim(target, `${collection}_collection`) },
      ];
    }),
  );
}

function scalarName({ columns: [column = '', another], table }: ReflectedForeignKey): string {
  const name = column.replace(/_?id$/i, '');
  return another === undefined && name !== '' && name !== column ? name : table;
}
