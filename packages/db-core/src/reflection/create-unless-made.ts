/** For `createAll` of the bindings: several processes of an app may start on an empty database at the same moment. */
import { IntegrityError, ProgrammingError } from '../errors/errors';
import { translateError } from '../dialects/translate-error';

/**
 * Makes a table that was missing a moment ago. It is no error when another process has made it in the meantime.
 *
 * @param create sends the CREATE TABLE, through the binding's library.
 * @throws every other error, as the library has thrown it.
 */
export async function createUnlessMade(create: () => PromiseLike<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!saysThatItExists(error)) throw error;
  }
}

function saysThatItExists(error: unknown): boolean {
  const translated = translateError(error);
  // PostgreSQL checks first and enters the table, and the type of its rows, in the catalogue afterwards.
  if (translated instanceof IntegrityError)
    return /^pg_(?:class|type)_/.test(translated.constraint ?? '');
  if (!(translated instanceof ProgrammingError)) return false;
  const { code, errno, message } = translated.cause as Error & { code?: string; errno?: number };
  return (
    code === '42P07' || errno === 1050 || /\b(?:table|type) \S+ already exists$/i.test(message)
  );
}
