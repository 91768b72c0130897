/** Compares the answers with the rows of the database: every 201 must be there once, and nothing else. */
import type { Probe } from '@quartet/conformance';
import { BALLAST } from './slow-readers';

/**
 * kept: answered with success · gone: refused, or deleted with success · unknown: no answer, or one that does not
 * decide; the row may be there once, or not.
 */
export type Fate = 'kept' | 'gone' | 'unknown';

export interface Balance {
  readonly kept: number;
  readonly unknown: number;
  readonly problems: readonly string[];
}

export class Books {
  readonly #users = new Map<string, Fate>();
  readonly #messages = new Map<string, Fate>();
  /** Events that must never happen, such as an answer with 500. */
  readonly problems: string[] = [];

  /** What was answered, of those that are gone. */
  readonly #answers = new Map<string, string>();

  /** @param answer what has decided it */
  user(name: string, fate: Fate, answer = ''): void {
    this.#users.set(name, fate);
    this.#answers.set(name, answer);
  }

  message(body: string, fate: Fate, answer = ''): void {
    this.#messages.set(body, fate);
    this.#answers.set(body, answer);
  }

  async balance(probe: Probe): Promise<Balance> {
    const users = await probe.rows('SELECT name AS word FROM users');
    const messages = await probe.rows('SELECT body AS word FROM messages');
    const words = (rows: typeof users): string[] =>
      rows.map(({ word }) => String(word)).filter((word) => !word.startsWith(BALLAST));
    const fates = [...this.#users.values(), ...this.#messages.values()];
    return {
      kept: fates.filter((fate) => fate === 'kept').length,
      unknown: fates.filter((fate) => fate === 'unknown').length,
      problems: [
        ...this.problems,
        ...compare('user', this.#users, words(users), this.#answers),
        ...compare('message', this.#messages, words(messages), this.#answers),
      ],
    };
  }
}

function compare(
  what: string,
  asked: ReadonlyMap<string, Fate>,
  there: string[],
  answers: ReadonlyMap<string, string>,
): string[] {
  const counts = new Map<string, number>();
  for (const word of there) counts.set(word, (counts.get(word) ?? 0) + 1);
  const problems: string[] = [];
  for (const [word, fate] of asked) {
    const count = counts.get(word) ?? 0;
    if (fate === 'kept' && count !== 1)
      problems.push(`${what} ${word}: answered, and there ${count} times`);
    if (fate === 'gone' && count !== 0)
      problems.push(`${what} ${word}: refused or deleted, yet there (${answers.get(word) ?? ''})`);
    if (count > 1) problems.push(`${what} ${word}: there ${count} times`);
  }
  for (const word of counts.keys())
    if (!asked.has(word)) problems.push(`${what} ${word}: there, though nobody asked for it`);
  return problems;
}
