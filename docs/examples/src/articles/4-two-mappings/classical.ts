/** Article 4, classical mapping: `database` and `models`. Its app is the one of the declarative mapping. */
import { inspect } from 'node:util';
import type { Engine } from '@quartet/db-core';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import type { Mapping } from '@quartet/db-typeorm';
import { bindTypeorm, createAll, mapper } from '@quartet/db-typeorm';

export const engine = createEngine('sqlite:///./test.db');

export const dbSession = scopedSession(
  sessionmaker({ autocommit: false, autoflush: false, bind: engine }),
);

export async function initDb(bind: Engine = engine): Promise<void> {
  const metadata = await bindTypeorm(bind, { entities: [Account] });
  await createAll(metadata);
}

export class Account {
  declare static readonly query: Query<Account>;
  declare id: number;
  username: string | null;
  contact: string | null;

  constructor({ username = null, contact = null }: Partial<Account> = {}) {
    this.username = username;
    this.contact = contact;
  }

  [inspect.custom](): string {
    return `<Account ${this.username}>`;
  }
}
Object.defineProperty(Account, 'query', dbSession.queryProperty());

const accountsTable: Mapping<Account> = {
  tableName: 'accounts',
  columns: {
    id: { type: Number, primary: true, generated: true },
    username: { type: String, length: 50, unique: true },
    contact: { type: String, length: 120, unique: true },
  },
};
mapper(Account, accountsTable);
