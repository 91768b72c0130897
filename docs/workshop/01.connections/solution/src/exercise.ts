/** A directory of users. */
import type { Engine } from '@quartet/db-core';

export interface Directory {
  add(name: string): Promise<void>;
  names(): Promise<string[]>;
  close(): Promise<void>;
}

/** @param createEngine db-core's, which the checks count the calls of */
export function openDirectory(createEngine: (url: string) => Engine, url: string): Directory {
  const engine = createEngine(url);
  return {
    async add(name) {
      await engine.execute('insert into users (name) values (?)', [name]);
    },
    async names() {
      const users = await engine.execute('select name from users order by name');
      return users.scalars<string>();
    },
    async close() {
      await engine.dispose();
    },
  };
}
