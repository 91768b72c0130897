/** An import of users, of which some are refused. */
import type { Engine } from '@quartet/db-core';
import { IntegrityError, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex, mapTable } from '@quartet/db-knex';

export const Session = scopedSession(sessionmaker());

class User {
  id!: number;
  constructor(readonly name: string) {}
}

export function open(engine: Engine): void {
  Session.configure({ bind: engine });
  mapTable(bindKnex(engine), User, { table: 'users', columns: { id: true, name: true } });
}

/** @returns the names that are taken; all others are stored */
export async function importUsers(names: readonly string[]): Promise<string[]> {
  const taken: string[] = [];
  for (const name of names) {
    try {
      Session.add(new User(name));
      await Session.flush();
    } catch (error) {
      if (!(error instanceof IntegrityError)) throw error;
      taken.push(name);
    }
  }
  await Session.commit();
  return taken;
}
