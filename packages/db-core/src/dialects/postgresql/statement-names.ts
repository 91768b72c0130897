/**
 * Names under which PostgreSQL keeps a statement prepared: parsed and planned once a connection instead of
 * every time. A text gets one when it comes a second time, and not where values are spliced into it, as some
 * libraries do: the same seldom comes again. No more than a few hundred get one, since a server keeps them
 * for as long as the connection lives.
 *
 * @see https://node-postgres.com/features/queries#prepared-statements
 */
import type { Statement } from '../../sql/statement';

const NAMES_LIMIT = 300;
const SEEN_LIMIT = 1000;

export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seen = new Set<string>();
  #sequence = 0;

  /** The name to send a statement under; undefined where it is to be sent as it is. */
  nameOf(statement: Statement, values: readonly unknown[] = []): string | undefined {
    const { text } = statement;
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (statement.changesSchema) this.forgetAll();
    if (values.length === 0 && statement.hasLiterals) return undefined;
    if (this.#seen.has(text)) return this.#give(statement);
    if (this.#seen.size >= SEEN_LIMIT)
      this.#seen.delete(this.#seen.values().next().value as string);
    this.#seen.add(text);
    return undefined;
  }

  /** Tables have changed: what was prepared may give other columns now. Names are never used again. */
  forgetAll(): void {
    this.#names.clear();
  }

  #give({ text, isPreparable }: Statement): string | undefined {
    if (this.#names.size >= NAMES_LIMIT || !isPreparable) return undefined;
    const name = `quartet_${++this.#sequence}`;
    this.#names.set(text, name);
    return name;
  }
}
