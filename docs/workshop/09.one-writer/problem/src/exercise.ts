/** Registration with a password, whose hash is slow on purpose. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';

export const Session = scopedSession(sessionmaker());

export function open(engine: Engine): void {
  Session.configure({ bind: engine });
}

/**
 * @param hash takes 60 ms in an app, and as long as the checks want here
 * @throws IntegrityError where the name is taken
 */
export async function register(
  name: string,
  password: string,
  hash: (password: string) => Promise<string>,
): Promise<void> {
  await Session.execute('insert into users (name) values (?)', [name]);
  const hashed = await hash(password);
  await Session.execute('update users set password = ? where name = ?', [hashed, name]);
  await Session.commit();
}
