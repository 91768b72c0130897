/** What `quartet reflect` and `npm run db:reflect` do with the types: to standard output, or into a file. */
import { writeFile } from 'node:fs/promises';
import type { Engine } from '@quartet/db-core';
import { ArgumentError } from '@quartet/db-core';
import { rowTypes } from './row-types';

/** Options of `writeRowTypes`. */
export interface WriteRowTypesOptions {
  /** The file, which is replaced. Default: standard output. */
  readonly out?: string | undefined;
  /** Names of tables with commas between them. Default: all. */
  readonly tables?: string | undefined;
}

/**
 * @throws ArgumentError when the file cannot be written.
 * @throws InvalidRequestError when there are no tables, or not those asked for.
 */
export async function writeRowTypes(
  engine: Engine,
  { out, tables }: WriteRowTypesOptions,
): Promise<void> {
  const only = tables
    ?.split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (only?.length === 0) throw new ArgumentError('no table is named: --tables users,messages');
  const source = await rowTypes(engine, { only });
  if (out === undefined) {
    process.stdout.write(source);
    return;
  }
  await writeFile(out, source).catch((error: NodeJS.ErrnoException) => {
    throw new ArgumentError(
      `${out} cannot be written: ${REASONS[error.code ?? ''] ?? error.message}.`,
    );
  });
  console.error(`${out} is written`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
};
