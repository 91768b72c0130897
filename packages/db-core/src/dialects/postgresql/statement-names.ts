/**
 * Names under which PostgreSQL keeps a statement prepared: parsed and planned once a connection instead of
 * every time. A text gets one when it comes a second time, and not where values are spliced into it, as some
 * libraries do: the same seldom comes again. No more than a few hundred get one, since a server keeps them
 * for as long as the connection lives.
 *
 * @see https://node-postgres.com/features/queries#prepared-statements
 */

const NAMES_LIMIT = 300;
const SEEN_LIMIT = 1000;
/** One statement that reads or changes rows; nothing else is worth a name, or may have one. */
const PREPARABLE = /^\s*(?:select|insert|update|delete|with)\b[^;]*;?\s*$/i;
const HAS_LITERALS = /'|\b\d/;
const CHANGES_TABLES = /^\s*(?:alter|create|drop|truncate|reindex|comment)\b/i;

export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seen = new Set<string>();
  #sequence = 0;

  /** The name to send `text` under; undefined where it is to be sent as it is. */
  nameOf(text: string, values: readonly unknown[] = []): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (CHANGES_TABLES.test(text)) this.forgetAll();
    if (values.length === 0 && HAS_LITERALS.test(text)) return undefined;
    if (this.#seen.has(text)) return this.#give(text);
    if (this.#seen.size >= SEEN_LIMIT)
      this.#seen.delete(this.#seen.values().next().value as string);
    this.#seen.add(text);
    return undefined;
  }

  /** Tables have changed: what was prepared may give other columns now. Names are never used again. */
  forgetAll(): void {
    this.#names.clear();
  }

  #give(text: string): string | undefined {
    if (this.#names.size >= NAMES_LIMIT || !PREPARABLE.test(text)) return undefined;
    const name = `quartet_${++this.#sequence}`;
    this.#names.set(text, name);
    return name;
  }
}
