/**
 * Overlapping nested work in one session, of the kind that `Promise.all` in a handler makes: two or three nested
 * transactions side by side, some of which fail. What a fulfilled one wrote must be there when the commit was fulfilled.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '@quartet/db-core';
import {
  OperationalError,
  createEngine,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import type { Books } from './books';

const FAILS = 0.3;
const LONGEST_PAUSE_MS = 4;
const AFTER_FAILURE_MS = 20;

export class NestedWork {
  readonly #engine: Engine;
  readonly #session;
  readonly #books: Books;
  #serial = 0;
  /** How many sessions committed, and how many did not. */
  committed = 0;
  refused = 0;

  constructor(url: string, books: Books) {
    this.#engine = createEngine(url);
    this.#session = scopedSession(sessionmaker({ bind: this.#engine }));
    this.#books = books;
  }

  /** One session. */
  async step(): Promise<void> {
    const names = Array.from({ length: 2 + random(2) }, () => `n.${++this.#serial}`);
    for (const name of names) this.#books.user(name, 'unknown');
    let fates = names.map((name) => ({ name, fulfilled: false }));
    try {
      await runInScope(async () => {
        const results = await Promise.allSettled(names.map((name) => this.#nested(name)));
        fates = names.map((name, i) => ({ name, fulfilled: results[i]?.status === 'fulfilled' }));
        await this.#session.commit();
      });
      this.committed++;
      for (const { name, fulfilled } of fates) this.#books.user(name, fulfilled ? 'kept' : 'gone');
    } catch (error) {
      this.refused++;
      const unknown = error instanceof OperationalError && error.outcomeUnknown;
      if (!unknown) for (const name of names) this.#books.user(name, 'gone');
      await delay(AFTER_FAILURE_MS);
    }
  }

  /** Ends the engine. @returns what is wrong */
  async close(): Promise<string[]> {
    const { inUse, waiting } = this.#engine.status();
    await this.#engine.dispose();
    if (inUse + waiting === 0) return [];
    return [`nested work: ${inUse} connections are still out, ${waiting} wait for one`];
  }

  async #nested(name: string): Promise<void> {
    await this.#session.beginNested(async () => {
      await delay(random(LONGEST_PAUSE_MS));
      await this.#session.execute('INSERT INTO users (name, email) VALUES (?, ?)', [name, name]);
      await delay(random(LONGEST_PAUSE_MS));
      if (Math.random() < FAILS) throw new Error('undo this');
    });
  }
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}
