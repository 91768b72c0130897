/** Users, found and renamed. */
import type { Engine } from '@quartet/db-core';

export async function find(engine: Engine, name: string): Promise<string[]> {
  const found = await engine.execute('select name from users where name = ?', [name]);
  return found.scalars<string>();
}

/** @returns how many were renamed */
export async function rename(engine: Engine, from: string, to: string): Promise<number> {
  const { rowCount } = await engine.execute('update users set name = :to where name = :from', {
    from,
    to,
  });
  return rowCount;
}
