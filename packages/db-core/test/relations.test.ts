/** Names for relations, from foreign keys alone. */
import type { ReflectedTable } from '@quartet/db-core/reflection';
import { relationsOf } from '@quartet/db-core/reflection';

/** A table with these columns; `sender_id -> users` is one with a foreign key. */
function table(name: string, ...columns: string[]): ReflectedTable {
  const parsed = columns.map((column) => column.split(' -> '));
  return {
    name,
    columns: parsed.map(([column = '']) => ({
      name: column,
      type: 'integer',
      nullable: false,
      default: null,
      autoIncrement: false,
      generated: false,
      collation: null,
      values: null,
    })),
    primaryKey: [],
    indexes: [],
    foreignKeys: parsed.flatMap(([column = '', target]) =>
      target === undefined
        ? []
        : [
            {
              name: null,
              columns: [column],
              table: target,
              references: ['id'],
              onDelete: 'CASCADE',
              onUpdate: 'CASCADE',
            },
          ],
    ),
  };
}

test.each<[string, ReflectedTable[], string[]]>([
  [
    'the column without _id, and the table’s collection',
    [table('users', 'id'), table('messages', 'user_id -> users', 'ownerId -> users2')],
    ['messages.user users.messages_collection'],
  ],
  [
    'two keys to one table, each by its column',
    [table('users', 'id'), table('letters', 'sender_id -> users', 'recipient_id -> users')],
    [
      'letters.sender users.letters_sender_collection',
      'letters.recipient users.letters_recipient_collection',
    ],
  ],
  [
    'a key whose column says nothing, by the table it refers to',
    [table('users', 'id'), table('profiles', 'id -> users'), table('notes', 'author -> users')],
    ['profiles.users users.profiles_collection', 'notes.users users.notes_collection'],
  ],
  [
    'a name that a column has already, with a mark',
    [table('users', 'id', 'messages_collection'), table('messages', 'user', 'user_id -> users')],
    ['messages.user_ users.messages_collection_'],
  ],
  [
    'a table that refers to itself',
    [table('people', 'id', 'boss_id -> people')],
    ['people.boss people.people_collection'],
  ],
])('%s', (_what, tables, expected) => {
  const told = relationsOf(tables).map(
    (each) => `${each.table.name}.${each.name} ${each.target.name}.${each.inverse}`,
  );
  expect(told).toEqual(expected);
});
