/**
 * The databases that a workbench shows: that of `DATABASE_URL`, and those of `WORKBENCH_URLS`, separated by commas.
 * An address names a database by its engine: `postgresql`, `sqlite-2` for the second SQLite.
 */
import path from 'node:path';
import type { DatabaseUrl } from '@quartet/db-core';
import { ArgumentError, parseDatabaseUrl } from '@quartet/db-core';
import type { EngineInfo } from './protocol';

const VARIABLE = 'WORKBENCH_URLS';
const IN_MEMORY = ':memory:';

export interface Database {
  /** Its name in an address. */
  readonly id: string;
  readonly name: EngineInfo['name'];
  /** The name of the database or of its file, where several are of one kind. */
  readonly database?: string;
  /** With its password, for `createEngine`; empty for the first, whose engine exists already. */
  readonly url: string;
}

/**
 * @param own the database of this process
 * @returns `own`, then those of `WORKBENCH_URLS` in their order
 * @throws ArgumentError that names the variable and, among several, the number of the URL
 */
export function readDatabases(own: DatabaseUrl, env: NodeJS.ProcessEnv): Database[] {
  const texts = (env[VARIABLE] ?? '').split(',').map((text) => text.trim());
  const further = texts.filter(Boolean).map((text, index, { length }) => {
    const url = parseDatabaseUrl(text, length > 1 ? `${VARIABLE}, number ${index + 1},` : VARIABLE);
    return { url, text };
  });
  const all = [{ url: own, text: '' }, ...further];
  for (const [index, { url }] of all.entries()) {
    const same = all.findIndex((other) => String(other.url) === String(url));
    if (same < index && url.database !== IN_MEMORY) {
      const first =
        same === 0 ? 'the database of this workbench, which is there already' : 'it twice';
      throw new ArgumentError(`${VARIABLE} names ${url}: ${first}. Leave it out.`);
    }
  }
  return all.map(({ url, text }, index) => {
    const ofItsKind = all.filter(({ url: { dialect } }) => dialect === url.dialect);
    const before = all.slice(0, index).filter(({ url: { dialect } }) => dialect === url.dialect);
    return {
      id: before.length > 0 ? `${url.dialect}-${before.length + 1}` : url.dialect,
      name: url.dialect,
      ...(ofItsKind.length > 1 && { database: path.basename(url.database) }),
      url: text,
    };
  });
}
