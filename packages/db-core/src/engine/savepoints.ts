/**
 * The nested transactions of one connection. Every library names and nests its savepoints as if it
 * were alone; here each gets a name of its own, and those that overlap (two `save()`s in one
 * `Promise.all`) are merged when all succeed and refused when one fails, since SQL savepoints can only nest.
 *
 * A savepoint is sent with the first statement inside it, so an empty one costs nothing; one opened
 * before the transaction has begun is the BEGIN itself, so `save()` in a fresh session costs no round trip more.
 */
import { InvalidRequestError } from '../errors/errors';

export type SavepointOperation = 'SAVEPOINT' | 'RELEASE SAVEPOINT' | 'ROLLBACK TO SAVEPOINT';

/** Who asked for the savepoint: the library's own connection object, or the session. */
export type SavepointOwner = object | undefined;

interface Savepoint {
  readonly owner: SavepointOwner;
  /** The library's own name for it; undefined for a nested BEGIN. */
  readonly label: string | undefined;
  readonly name: string;
  /** `waiting` for the first statement inside it, `sent`, or `begin` where the BEGIN stands for it. */
  state: 'waiting' | 'sent' | 'begin';
  /** When its owner asked for it, and when it was answered, on the connection's count of calls. */
  readonly asked: number;
  answered: number;
  /** Holds work of a nested transaction that ran beside it, not in it, and has succeeded. */
  shared: boolean;
  /** Committed by its owner while another owner's savepoint above it was still open. */
  merged: boolean;
}

/** What the stack asks of its connection. */
export interface SavepointTarget {
  send(op: SavepointOperation, name: string): Promise<unknown>;
  /** Rolls the whole transaction back; the next statement begins it again. */
  restart(): Promise<void>;
  /** Marks the transaction as unusable until it is rolled back. */
  poison(why: string): void;
}

const OVERLAP =
  'Two nested transactions ran side by side in one session (Promise.all over calls that each open one) ' +
  'and one of them was rolled back, so which rows belong to it cannot be told.';

export class Savepoints {
  readonly #target: SavepointTarget;
  readonly #stack: Savepoint[] = [];
  #sequence = 0;
  #waiting = 0;

  constructor(target: SavepointTarget) {
    this.#target = target;
  }

  /** Whether the next statement must be preceded by `send` or `standForBegin`. */
  get waiting(): boolean {
    return this.#waiting > 0;
  }

  /** Whether `owner` has a nested BEGIN of its own open. */
  hasOpen(owner: SavepointOwner): boolean {
    return this.#findNested(owner) >= 0;
  }

  /** Whether some nested transaction was neither committed nor rolled back. */
  get unfinished(): boolean {
    return this.#stack.some((savepoint) => savepoint.label === undefined && !savepoint.merged);
  }

  push(owner: SavepointOwner, asked: number, label?: string): void {
    const name = `quartet_${++this.#sequence}`;
    this.#stack.push({
      owner,
      label,
      name,
      asked,
      answered: Infinity,
      state: 'waiting',
      merged: false,
      shared: false,
    });
    this.#waiting++;
  }

  /** The call that pushed a savepoint is answered: what is asked for from now on may be meant to be inside it. */
  answer(now: number): void {
    const top = this.#stack.at(-1);
    if (top?.answered === Infinity) top.answered = now;
  }

  /** Sends those that no statement has needed yet. */
  async send(): Promise<void> {
    for (const savepoint of this.#stack) {
      if (savepoint.state !== 'waiting') continue;
      await this.#target.send('SAVEPOINT', savepoint.name);
      this.#settle(savepoint, 'sent');
    }
  }

  /** The transaction has just begun: nothing came before the waiting savepoints, so BEGIN serves as all of them. */
  standForBegin(): void {
    for (const savepoint of this.#stack) this.#settle(savepoint, 'begin');
  }

  /** The owner's innermost nested BEGIN succeeded. */
  async commitNested(owner: SavepointOwner): Promise<void> {
    const index = this.#findNested(owner);
    const above = this.#stack.slice(index + 1);
    const savepoint = this.#stack[index] as Savepoint;
    if (above.some((other) => other.owner !== owner)) {
      savepoint.merged = true;
      for (const other of above) other.shared = true;
      return;
    }
    // One asked for before another was answered cannot be inside it, wherever the stack has put it.
    for (const below of this.#stack.slice(0, index))
      if (savepoint.asked < below.answered) below.shared = true;
    await this.#release(index);
    while (this.#stack.at(-1)?.merged) await this.#release(this.#stack.length - 1);
  }

  /** The owner's innermost nested BEGIN failed: what was done inside it is undone. */
  async rollbackNested(owner: SavepointOwner): Promise<void> {
    const index = this.#findNested(owner);
    const savepoint = this.#stack[index] as Savepoint;
    const parallel = this.#stack.slice(index + 1).some((other) => other.owner !== owner);
    if (parallel || savepoint.shared) {
      this.#cut(index);
      this.#target.poison(OVERLAP);
      return;
    }
    await this.#undo(index);
    await this.#release(index);
  }

  /** RELEASE SAVEPOINT label. @throws InvalidRequestError when there is none of that name. */
  async releaseNamed(owner: SavepointOwner, label: string): Promise<void> {
    const index = this.#findNamed(owner, label);
    if (index !== undefined) await this.#release(index);
  }

  /** ROLLBACK TO SAVEPOINT label: it stays, what came after it goes. @throws InvalidRequestError as above. */
  async rollbackToNamed(owner: SavepointOwner, label: string): Promise<void> {
    const index = this.#findNamed(owner, label);
    if (index !== undefined) await this.#undo(index);
  }

  /** The transaction is over: so are they all. */
  clear(): void {
    this.#cut(0);
  }

  /** Undoes what was done since the savepoint at `index`, which stays. */
  async #undo(index: number): Promise<void> {
    this.#cut(index + 1);
    const savepoint = this.#stack[index] as Savepoint;
    if (savepoint.state === 'sent')
      await this.#target.send('ROLLBACK TO SAVEPOINT', savepoint.name);
    if (savepoint.state !== 'begin') return;
    await this.#target.restart();
    for (const other of this.#stack) this.#settle(other, 'waiting');
  }

  async #release(index: number): Promise<void> {
    const savepoint = this.#stack[index] as Savepoint;
    if (savepoint.state === 'sent') await this.#target.send('RELEASE SAVEPOINT', savepoint.name);
    this.#cut(index); // where the server refuses, it is still there to be rolled back
  }

  #findNested(owner: SavepointOwner): number {
    return this.#stack.findLastIndex(
      (sp) => sp.label === undefined && !sp.merged && sp.owner === owner,
    );
  }

  /** The index of a named savepoint; undefined, and a poisoned transaction, when closing it would tear another owner's. */
  #findNamed(owner: SavepointOwner, label: string): number | undefined {
    const index = this.#stack.findLastIndex((sp) => sp.label === label && sp.owner === owner);
    if (index < 0)
      throw new InvalidRequestError(`There is no savepoint ${label} in this transaction.`);
    if (this.#stack.slice(index + 1).every((sp) => sp.owner === owner)) return index;
    this.#target.poison(OVERLAP);
    return undefined;
  }

  #cut(index: number): void {
    for (const savepoint of this.#stack.splice(index))
      if (savepoint.state === 'waiting') this.#waiting--;
  }

  #settle(savepoint: Savepoint, state: Savepoint['state']): void {
    if (savepoint.state === 'waiting') this.#waiting--;
    savepoint.state = state;
    if (state === 'waiting') this.#waiting++;
  }
}
