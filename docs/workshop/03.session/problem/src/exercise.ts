/** Users who are welcomed by a message. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex, mapTable } from '@quartet/db-knex';

export const Session = scopedSession(sessionmaker());

class User {
  id!: number;
  constructor(readonly name: string) {}
}

class Message {
  id!: number;
  constructor(
    readonly userId: number,
    readonly body: string,
  ) {}
}

export function open(engine: Engine): void {
  Session.configure({ bind: engine });
  const knex = bindKnex(engine);
  mapTable(knex, User, { table: 'users', columns: { id: true, name: true } });
  mapTable(knex, Message, {
    table: 'messages',
    columns: { id: true, userId: 'user_id', body: true },
    references: [User],
  });
}

/** A new user and the first message to them: both, or neither. */
export async function register(name: string, welcome: string): Promise<void> {
  const user = new User(name);
  Session.add(user);
  await Session.commit();
  Session.add(new Message(user.id, welcome));
}
