/**
 * Writes what a session holds, one flush at a time: before a read, before a commit, and around nested transactions. A
 * flush that fails takes what it belongs to along: its nested transaction, or the whole transaction.
 */
import type { Connection } from '../engine/connection';
import type { Nesting } from '../engine/nesting';
import type { UnitOfWork } from '../orm/unit-of-work';
import type { Scope } from './scope';
import type { SessionConnections } from './session-connections';
import type { Steps } from './steps';
import { translateError } from '../dialects/translate-error';
import { assertNotFailed, holderOf, nestingOn, newNesting, runNested } from '../engine/nesting';

/** A nested transaction that is open, and what a flush inside it failed with. */
interface NestedTransaction {
  readonly nesting: Nesting;
  readonly connections: readonly Connection[];
  failure?: { readonly error: unknown };
}

/** The session, as far as its flushes need it. */
export interface FlushedSession {
  readonly session: object;
  readonly work: UnitOfWork;
  readonly steps: Steps;
  readonly connections: SessionConnections;
  /** Whether a read is preceded by a flush. */
  readonly autoflush: boolean;
  /** The scope that a flush runs in. */
  scope(): Scope;
}

export class Flusher {
  readonly #of: FlushedSession;
  readonly #nested: NestedTransaction[] = [];

  constructor(session: FlushedSession) {
    this.#of = session;
  }

  /** Whether a read must wait: for a flush under way, or for one that comes first. */
  get readMustWait(): boolean {
    return this.#of.steps.isFlushing || this.#mustFlush;
  }

  async readyToRead(): Promise<void> {
    if (this.#mustFlush) await this.flush();
    await this.#of.steps.flushed();
  }

  /** Whether there is something to flush, or to wait for. */
  get hasWork(): boolean {
    const { work, steps } = this.#of;
    return !work.isEmpty || steps.isFlushing;
  }

  /** @param isLast whether the commit follows */
  async flush(isLast = false): Promise<void> {
    if (!this.hasWork) return;
    await this.#of.steps.run(() => this.#write(isLast), this.#of.scope());
  }

  async #write(isLast: boolean): Promise<void> {
    const nesting = nestingOn(this.#of.session);
    assertNotFailed(nesting);
    try {
      await this.#of.work.write(nesting, isLast);
    } catch (error) {
      const failure = translateError(error);
      const nested = this.#nested.find((each) => each.nesting === holderOf(nesting));
      if (nested) nested.failure = { error: failure };
      await this.#of.connections.invalidate(
        'A flush failed, so its transaction was rolled back.',
        nested?.connections,
      );
      throw failure;
    }
  }

  /** Runs `fn`, which ends with a flush, in a savepoint on each of `connections`. */
  async nest<T>(connections: readonly Connection[], fn: () => Promise<T>): Promise<T> {
    const nesting = newNesting(this.#of.session);
    const nested: NestedTransaction = { nesting, connections };
    const work = async (): Promise<T> => {
      try {
        const value = await fn();
        if (nested.failure) throw nested.failure.error; // caught by fn, but half a flush must not be kept
        return value;
      } catch (error) {
        nesting.state = 'failed';
        await this.#of.steps.flushed(); // nor one that goes on while its savepoint is undone
        throw error;
      }
    };
    this.#nested.push(nested);
    try {
      const nestedOnAll = connections.reduce<() => Promise<T>>(
        (inner, connection) => () => connection.beginNested(inner),
        work,
      );
      const value = await runNested(nesting, nestedOnAll);
      nesting.state = 'kept';
      return value;
    } catch (error) {
      nesting.state = 'failed';
      this.#of.work.undo(nesting);
      throw error;
    } finally {
      this.#nested.splice(this.#nested.indexOf(nested), 1);
    }
  }

  get #mustFlush(): boolean {
    const { autoflush, session, work } = this.#of;
    return autoflush && !work.isEmpty && work.hasUnattended(nestingOn(session));
  }
}
