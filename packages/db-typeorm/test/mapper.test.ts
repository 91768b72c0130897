/** A class is mapped once. */
import { ArgumentError } from '@quartet/db-core';
import { mapper } from '@quartet/db-typeorm';

test('mapping a class twice is refused, and keeps the first mapping', () => {
  class Account {
    id!: number;
  }
  const columns = { id: { type: Number, primary: true, generated: true } } as const;
  mapper(Account, { tableName: 'accounts', columns });
  expect(() => mapper(Account, { tableName: 'others', columns })).toThrow(ArgumentError);
  expect(() => mapper(Account, { columns })).toThrow(/Account is mapped already/);
});
