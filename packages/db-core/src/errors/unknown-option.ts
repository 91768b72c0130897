/**
 * Refuses a misspelt option, and names the option that was probably meant. TypeScript reports most of these
 * mistakes; this finds those in plain JavaScript, in settings of an app and in the parameters of a URL.
 */
import { ArgumentError } from './errors';

/**
 * @param what the kind of name, for the message: `option`, `option of createEngine`, `URL parameter`.
 * @param given the options whose keys are checked; values are not looked at.
 * @param known an object whose keys are the known names. The compiler holds it to the keys of `given`'s type.
 * @throws ArgumentError for the first unknown key, with the nearest known name, or with all of them where none is near.
 * @example
 * assertKnownOptions('option', { poolsize: 5 }, { poolSize: true, echo: true });
 * // ArgumentError: Unknown option 'poolsize': did you mean 'poolSize'?
 */
export function assertKnownOptions<T extends object>(
  what: string,
  given: T,
  known: Readonly<Record<string & keyof T, unknown>>,
): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const names = Object.keys(known);
    const meant = nearest(name, names);
    throw new ArgumentError(
      meant === undefined
        ? `Unknown ${what} '${name}'. Known are: ${names.join(', ')}.`
        : `Unknown ${what} '${name}': did you mean '${meant}'?`,
    );
  }
}

/** The known name with the fewest letters to change; undefined where more than a third of them differ. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const letters = lettersOf(name);
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(letters.length / 3)) + 1;
  for (const candidate of names) {
    const changes = distance(letters, lettersOf(candidate));
    if (changes < fewest) [best, fewest] = [candidate, changes];
  }
  return best;
}

/** `pool_size`, `pool-size` and `poolsize` are spellings of `poolSize`. */
function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** How many letters must be added, removed or replaced to make one word of the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
