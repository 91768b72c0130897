/** The database that a command works on: DATABASE_URL, or else the file that `npm start` gives the style. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Engine, EngineOptions } from '@quartet/db-core';
import { createEngine, parseDatabaseUrl } from '@quartet/db-core';
import type { Style } from './styles';

/** The file that `npm start` gives the style. */
const DATA = join(__dirname, '../../../data');

/** Whether it is that file, which holds sample data; a database of DATABASE_URL may hold other data. */
export function isOwnFile(): boolean {
  return process.env['DATABASE_URL'] === undefined;
}

/** @throws ArgumentError that names DATABASE_URL when that cannot be used. */
export function openDatabase(style: Style, options: EngineOptions = {}): Engine {
  const { DATABASE_URL } = process.env;
  if (DATABASE_URL !== undefined)
    return createEngine(parseDatabaseUrl(DATABASE_URL, 'DATABASE_URL'), options);
  const file = join(DATA, `${style}.db`);
  mkdirSync(dirname(file), { recursive: true });
  return createEngine(`sqlite:///${file}`, options);
}
