/** The tables that an app makes, as the database itself describes them. */
import type { EngineName } from '@quartet/testing';
import type { TableSchema } from '../probe/schema';
import { suite } from '../support/suite';

/** What differs by nature: how a database calls its types. */
const TYPES: Record<
  EngineName,
  { integer: string; varchar: (n: number) => string; text: string; instant: string }
> = {
  sqlite: {
    integer: 'integer',
    varchar: (n) => `varchar(${n})`,
    text: 'text',
    instant: 'datetime',
  },
  postgres: {
    integer: 'integer',
    varchar: (n) => `varchar(${n})`,
    text: 'text',
    instant: 'timestamp(3) with time zone',
  },
  mariadb: {
    integer: 'int',
    varchar: (n) => `varchar(${n}) utf8mb4_bin`,
    text: 'text utf8mb4_bin',
    instant: 'datetime(3)',
  },
};

export const schema = suite('schema', (test) => {
  test('an app makes the four tables of the contract and no others', async ({ probe }) => {
    expect(Object.keys(await probe.schema()).sort()).toEqual([
      'message_tags',
      'messages',
      'tags',
      'users',
    ]);
  });

  for (const table of ['users', 'messages', 'tags', 'message_tags']) {
    test(`${table} has the contract's columns, keys and rules`, async ({ probe, engineName }) => {
      expect((await probe.schema())[table]).toEqual(expectedTables(engineName)[table]);
    });
  }

  test('rows that refer to nobody are refused by the database itself', async ({ probe }) => {
    // Not toThrow(): SQLite's driver makes its errors in the realm of the test file that loaded it first.
    const refused = { message: expect.stringMatching(/foreign key/i) as unknown };
    await expect(probe.addMessages(2147483647, 1)).rejects.toMatchObject(refused);
    await expect(
      probe.rows('INSERT INTO message_tags (message_id, tag_id) VALUES (1, 1)'),
    ).rejects.toMatchObject(refused);
  });
});

function expectedTables(engine: EngineName): Record<string, TableSchema> {
  const { integer, varchar, text, instant } = TYPES[engine];
  const column = (name: string, type: string, hasDefault = false) => ({
    name,
    type,
    nullable: false,
    hasDefault,
  });
  const foreignKey = (name: string, references: string) => ({
    column: name,
    references,
    onDelete: 'cascade',
    onUpdate: 'no action',
  });
  return {
    users: {
      name: 'users',
      columns: [column('id', integer), column('name', varchar(50)), column('email', varchar(120))],
      primaryKey: ['id'],
      unique: [['email'], ['name']],
      foreignKeys: [],
    },
    messages: {
      name: 'messages',
      columns: [
        column('id', integer),
        column('user_id', integer),
        column('body', text),
        column('created_at', instant, true),
      ],
      primaryKey: ['id'],
      unique: [],
      foreignKeys: [foreignKey('user_id', 'users.id')],
    },
    tags: {
      name: 'tags',
      columns: [column('id', integer), column('name', varchar(50))],
      primaryKey: ['id'],
      unique: [['name']],
      foreignKeys: [],
    },
    message_tags: {
      name: 'message_tags',
      columns: [column('message_id', integer), column('tag_id', integer)],
      primaryKey: ['message_id', 'tag_id'],
      unique: [],
      foreignKeys: [foreignKey('message_id', 'messages.id'), foreignKey('tag_id', 'tags.id')],
    },
  };
}
