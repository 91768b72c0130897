/**
 * The nested transactions of one connection. Every library names and nests its savepoints as if it were alone; here each
 * gets a name of its own.
 *
 * SQL savepoints can only nest, and calls need not (`Promise.all` over calls that each open one). So it is recorded, when
 * a statement writes, whose work it is and which open savepoints hold it beside their own. A rollback that would take the
 * work of another along is refused together with the whole transaction: nothing that was answered as done is lost.
 *
 * A savepoint is sent with the first statement inside it, so an empty one costs nothing; the BEGIN of the transaction
 * serves as those that its first statement is inside of, so `save()` in a fresh session costs no round trip more.
 *
 * @see docs/decisions/2026-11-26-savepoints-know-whose-work-they-hold.md
 */
import type { SavepointOperation } from './events';
import type { Caller, Savepoint, SavepointOwner } from './savepoint';
import { InvalidRequestError } from '../errors/errors';
import { assertNotFailed, outwards, undone } from './nesting';
import { isInside, lexicalAround, mayHaveBegunInside } from './savepoint';

/** What the savepoints ask of their transaction. */
export interface SavepointTarget {
  sendSavepoint(op: SavepointOperation, name: string): Promise<unknown>;
  /** Rolls the whole transaction back; the next statement begins it again. */
  restart(): Promise<void>;
  /** Marks the transaction as unusable until it is rolled back. */
  poison(why: string): void;
}

const OVERLAP =
  'Two nested transactions ran side by side in one session (Promise.all over calls that each open one), ' +
  'and the rollback of one would have undone what the other has written.';

export class Savepoints {
  readonly #target: SavepointTarget;
  /** Those on the server, in its order; behind them those that wait, in the order of asking. */
  readonly #open: Savepoint[] = [];
  /** Open for their owners, although a rollback around them has undone them. */
  readonly #lost: Savepoint[] = [];
  #sequence = 0;

  constructor(target: SavepointTarget) {
    this.#target = target;
  }

  /** Whether there is nothing to look after. */
  get isEmpty(): boolean {
    return this.#open.length === 0 && this.#lost.length === 0;
  }

  /** Whether `owner` has a nested BEGIN of its own open. */
  hasOpen(owner: SavepointOwner): boolean {
    if (this.isEmpty) return false;
    return this.#nestedOf(owner) !== undefined || this.#lost.some((each) => each.owner === owner);
  }

  /** Whether some nested transaction was neither committed nor rolled back. */
  get unfinished(): boolean {
    return this.#open.some(({ label, merged }) => label === undefined && !merged);
  }

  /** @param lexical whether what is inside it is known, as with `beginNested` */
  push(
    caller: Caller,
    { label, lexical = false }: { label?: string; lexical?: boolean } = {},
  ): void {
    this.#open.push({
      owner: caller.owner,
      label,
      name: `quartet_${++this.#sequence}`,
      state: 'waiting',
      parent: this.#known(caller),
      lexical,
      asked: caller.asked,
      answered: Infinity,
      wrote: false,
      merged: false,
      foreign: new Set(),
    });
  }

  /** The call that pushed the newest savepoint is answered: what is asked for from now on may be meant to be inside it. */
  answer(now: number): void {
    const newest = this.#open.at(-1);
    if (newest?.answered === Infinity) newest.answered = now;
  }

  /**
   * The savepoint that the caller's statement belongs to; undefined for the session itself. Where it is not known to be
   * inside or beside the transaction that a library has begun before, it is taken to be inside.
   *
   * @throws InvalidRequestError where a rollback around it has undone it.
   */
  writerOf(caller: Caller): Savepoint | undefined {
    const known = this.#known(caller);
    if (known && !known.lexical) return known;
    const guessed = this.#open.findLast(
      (each) =>
        !each.lexical &&
        !each.merged &&
        each.answered <= caller.asked &&
        lexicalAround(each) === known,
    );
    return guessed ?? known;
  }

  /** The innermost savepoint that the caller is known to be inside of. */
  #known({ owner, nesting }: Caller): Savepoint | undefined {
    assertNotFailed(nesting);
    const callers = [owner, ...outwards(nesting)];
    if (this.#lost.some((each) => callers.includes(each.owner))) throw undone();
    return this.#open.findLast((each) => !each.merged && callers.includes(each.owner));
  }

  /** Whether a statement of `writer` must be preceded by `send`. */
  mustSend(writer: Savepoint | undefined): boolean {
    for (let each = writer; each; each = each.parent) if (each.state === 'waiting') return true;
    return false;
  }

  /** Sends those that `writer` is inside of and that no statement has needed yet. */
  async send(writer: Savepoint | undefined): Promise<void> {
    for (const savepoint of this.#unsent(writer)) {
      await this.#target.sendSavepoint('savepoint', savepoint.name);
      this.#placeOnTop(savepoint, 'sent');
    }
  }

  /** The transaction has just begun for a statement of `writer`: nothing came before, so BEGIN serves as its savepoints. */
  serveAsBegin(writer: Savepoint | undefined): void {
    for (const savepoint of this.#unsent(writer)) this.#placeOnTop(savepoint, 'begin');
  }

  /** A statement of `writer` has written. */
  noteWrite(writer: Savepoint | undefined): void {
    if (writer) writer.wrote = true;
    for (const savepoint of this.#open)
      if (savepoint.state !== 'waiting' && !isInside(writer, savepoint))
        savepoint.foreign.add(writer);
  }

  /** The owner's innermost nested BEGIN succeeded. */
  async commitNested(owner: SavepointOwner): Promise<void> {
    if (this.#forgetLost(owner)) throw undone();
    const savepoint = this.#nestedOf(owner);
    if (!savepoint) return;
    const above = this.#above(savepoint);
    if (above.some((other) => other.owner !== owner)) {
      savepoint.merged = true;
    } else {
      await this.#release(savepoint);
    }
    this.#handOver(savepoint);
    for (let top = this.#topSent(); top?.merged; top = this.#topSent()) await this.#release(top);
  }

  /** The owner's innermost nested BEGIN failed: what was done inside it is undone. */
  async rollbackNested(owner: SavepointOwner): Promise<void> {
    if (this.#forgetLost(owner)) return;
    const savepoint = this.#nestedOf(owner);
    if (!savepoint) return;
    if (await this.#undo(savepoint)) await this.#release(savepoint);
  }

  /** RELEASE SAVEPOINT label. @throws InvalidRequestError when there is none of that name. */
  async releaseNamed(owner: SavepointOwner, label: string): Promise<void> {
    const savepoint = this.#named(owner, label);
    if (this.#above(savepoint).every((other) => other.owner === owner)) {
      await this.#release(savepoint);
      this.#handOver(savepoint);
    } else savepoint.merged = true;
  }

  /** ROLLBACK TO SAVEPOINT label: it stays, what came after it goes. @throws InvalidRequestError as above. */
  async rollbackToNamed(owner: SavepointOwner, label: string): Promise<void> {
    await this.#undo(this.#named(owner, label));
  }

  /** The transaction is over: so are they all. */
  clear(): void {
    if (this.isEmpty) return;
    this.#open.length = 0;
    this.#lost.length = 0;
  }

  /** Undoes what was done since `savepoint`, which stays; false where that would take the work of another along. */
  async #undo(savepoint: Savepoint): Promise<boolean> {
    if (savepoint.foreign.size > 0) {
      this.clear();
      this.#target.poison(OVERLAP);
      return false;
    }
    const { state } = savepoint;
    const above =
      state === 'begin' ? this.#open.filter((each) => each !== savepoint) : this.#above(savepoint);
    if (state === 'sent') await this.#target.sendSavepoint('rollback-to', savepoint.name);
    if (state === 'begin') await this.#target.restart();
    for (const each of this.#open) each.foreign.delete(savepoint);
    for (const other of above) this.#undone(other, savepoint);
    if (state === 'begin') savepoint.state = 'waiting';
    return true;
  }

  /** `other` is no longer on the server, since `savepoint` below it was rolled back. */
  #undone(other: Savepoint, savepoint: Savepoint): void {
    for (const each of this.#open) each.foreign.delete(other);
    other.foreign.clear();
    const inside = other !== savepoint && isInside(other, savepoint);
    if (!inside && !other.merged) {
      other.state = 'waiting';
      this.#moveBehind(other);
      return;
    }
    this.#remove(other);
    if (!other.merged && other.owner !== savepoint.owner) this.#lost.push(other);
  }

  async #release(savepoint: Savepoint): Promise<void> {
    if (savepoint.state === 'sent') await this.#target.sendSavepoint('release', savepoint.name);
    // Where the server refuses, it is still there to be rolled back.
    for (const other of this.#above(savepoint)) this.#remove(other);
    this.#remove(savepoint);
  }

  /** What `savepoint` holds belongs to the one around it from now on. */
  #handOver(savepoint: Savepoint): void {
    const { parent, wrote } = savepoint;
    if (parent) parent.wrote ||= wrote;
    for (const each of this.#open) {
      if (each.parent === savepoint) each.parent = parent;
      const held = each.foreign.delete(savepoint) || (wrote && mayHaveBegunInside(savepoint, each));
      if (held && !isInside(parent, each)) each.foreign.add(parent);
    }
  }

  #unsent(writer: Savepoint | undefined): Savepoint[] {
    const chain: Savepoint[] = [];
    for (let each = writer; each; each = each.parent)
      if (each.state === 'waiting') chain.unshift(each);
    return chain;
  }

  /** Those that were sent after it, and so would go with it. */
  #above(savepoint: Savepoint): Savepoint[] {
    if (savepoint.state === 'waiting') return [];
    return this.#open
      .slice(this.#open.indexOf(savepoint) + 1)
      .filter(({ state }) => state !== 'waiting');
  }

  #topSent(): Savepoint | undefined {
    return this.#open.findLast(({ state }) => state !== 'waiting');
  }

  #nestedOf(owner: SavepointOwner): Savepoint | undefined {
    return this.#open.findLast(
      (each) => each.label === undefined && !each.merged && each.owner === owner,
    );
  }

  #named(owner: SavepointOwner, label: string): Savepoint {
    const savepoint = this.#open.findLast((each) => each.label === label && each.owner === owner);
    if (savepoint) return savepoint;
    if (this.#lost.some((each) => each.label === label && each.owner === owner)) throw undone();
    throw new InvalidRequestError(`There is no savepoint ${label} in this transaction.`);
  }

  #placeOnTop(savepoint: Savepoint, state: 'sent' | 'begin'): void {
    this.#remove(savepoint);
    savepoint.state = state;
    const firstWaiting = this.#open.findIndex((each) => each.state === 'waiting');
    this.#open.splice(firstWaiting < 0 ? this.#open.length : firstWaiting, 0, savepoint);
  }

  #moveBehind(savepoint: Savepoint): void {
    this.#remove(savepoint);
    this.#open.push(savepoint);
  }

  #remove(savepoint: Savepoint): void {
    const index = this.#open.indexOf(savepoint);
    if (index >= 0) this.#open.splice(index, 1);
  }

  #forgetLost(owner: SavepointOwner): boolean {
    const index = this.#lost.findIndex((each) => each.owner === owner);
    if (index < 0) return false;
    this.#lost.splice(index, 1);
    return true;
  }
}
