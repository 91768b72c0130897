/**
 * The databases that a workbench shows: the one of `DATABASE_URL`, and further ones by `WORKBENCH_URLS`,
 * comma-separated. An address names one by its engine: `postgresql`, `sqlite-2` for the second SQLite.
 */
import path from 'node:path';
import type { DatabaseUrl } from '@quartet/db-core';
import { ArgumentError, parseDatabaseUrl } from '@quartet/db-core';
import type { EngineInfo } from './protocol';

const VARIABLE = 'WORKBENCH_URLS';
const IN_MEMORY = ':memory:';

export interface Database {
  /** What an address calls it. */
  readonly id: string;
  readonly name: EngineInfo['name'];
  /** Where several are of one kind: the name of the database, or of its file. */
  readonly database?: string;
  /** In clear, for `createEngine`; the first one's is the engine's own matter. */
  readonly url: string;
}

/**
 * @param own the database of this process
 * @returns it, and those of `WORKBENCH_URLS` in their order
 * @throws ArgumentError that names the variable and, among several, which of its URLs
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
