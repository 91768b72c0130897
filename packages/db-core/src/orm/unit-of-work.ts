/**
 * What a session has to write: objects added and deleted, until a flush sends them through their
 * own libraries. Rows that others refer to come first, and within a class the order of adding counts;
 * deletes go the other way round.
 *
 * An object stays known when it is written, until the transaction ends, and is written again where it has changed.
 * A flush inside a nested transaction leaves alone what was added beside it: a rollback would take it along.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/session_basics.html#flushing
 */
import type { Nesting } from '../engine/nesting';
import type { Mapper } from './mapper';
import { InvalidRequestError } from '../errors/errors';
import { holderOf, outwards } from '../engine/nesting';
import { dependenciesFirst } from './dependencies-first';
import { mapperOfInstance } from './mapper';

/** What is to be done with an object's row. Adding or deleting the object again makes another. */
interface Change {
  readonly kind: 'save' | 'delete';
  /** The nested transaction it was added or deleted in. */
  readonly nesting: Nesting | undefined;
  /** Whether a call of `write` has it in hand. */
  inHand: boolean;
}

/** How many known objects a flush compares with their rows; where there are more, only a commit does: each costs up to 12 µs. */
const COMPARED_AT_FLUSH = 500;

export class UnitOfWork {
  readonly #pending = new Map<object, Change>();
  /** Objects that were written, and the nested transaction they were added in. */
  readonly #written = new Map<object, Nesting | undefined>();

  /** Added objects that have no row yet. */
  get new(): readonly object[] {
    return this.#all('save').filter(
      (instance) => !mapperOfInstance(instance).isPersistent(instance),
    );
  }

  /** Added objects that have a row and differ from it. */
  get dirty(): readonly object[] {
    return [...new Set([...this.#written.keys(), ...this.#all('save')])].filter(isModified);
  }

  /** Objects whose rows are to be deleted. */
  get deleted(): readonly object[] {
    return this.#all('delete');
  }

  /** Whether the object is known: it is written where it has changed, or deleted. */
  has(instance: object): boolean {
    return this.#pending.has(instance) || this.#written.has(instance);
  }

  /** Whether there is nothing to write and nothing that might have changed. */
  get isEmpty(): boolean {
    return this.#pending.size === 0 && this.#written.size === 0;
  }

  /** Whether something is not written. */
  get hasUnwritten(): boolean {
    if (this.#pending.size > 0) return true;
    for (const instance of this.#written.keys()) if (isModified(instance)) return true;
    return false;
  }

  /** Whether something was added or deleted that a flush in `nesting` writes and that none under way takes care of. */
  hasUnattended(nesting: Nesting | undefined): boolean {
    if (this.#pending.size === 0) return false;
    const place = placeOf(nesting);
    for (const [instance, change] of this.#pending)
      if (!change.inHand && isWrittenIn(place, instance, change)) return true;
    return false;
  }

  add(instance: object, nesting?: Nesting): void {
    this.#pending.set(instance, { kind: 'save', nesting, inHand: false });
  }

  /** @throws InvalidRequestError when the object has no row. */
  delete(instance: object, nesting?: Nesting): void {
    const mapper = mapperOfInstance(instance);
    if (!mapper.isPersistent(instance)) {
      throw new InvalidRequestError(
        `This ${mapper.name} has no row to delete: it was never saved.`,
      );
    }
    this.#pending.set(instance, { kind: 'delete', nesting, inHand: false });
  }

  expunge(instance: object): void {
    this.#pending.delete(instance);
    this.#written.delete(instance);
  }

  clear(): void {
    if (this.#pending.size > 0) this.#pending.clear(); // to clear an empty map makes a new one
    this.committed();
  }

  /** The transaction is committed: what was written is known no more. */
  committed(): void {
    if (this.#written.size > 0) this.#written.clear();
  }

  /** `nesting` has failed: what was added inside it is gone. */
  undo(nesting: Nesting): void {
    for (const [instance, change] of this.#pending)
      if (holderOf(change.nesting) === nesting) this.#pending.delete(instance);
    for (const [instance, added] of this.#written)
      if (holderOf(added) === nesting) this.#written.delete(instance);
  }

  /**
   * Writes what no other call has in hand. An object is pending until its statement has run; what is added, deleted
   * or expunged in the meantime holds. Once one object has failed, those of this call are pending no more.
   *
   * @param nesting the nested transaction that the statements run in
   * @param isLast whether a commit follows, so that known objects are looked at however many they are
   */
  async write(nesting?: Nesting, isLast = false): Promise<void> {
    const place = placeOf(nesting);
    if (isLast || this.#written.size <= COMPARED_AT_FLUSH) this.#addChanged(place);
    const changes = this.#inOrder(place);
    try {
      for (const [instance, change] of changes) {
        if (this.#pending.get(instance) !== change) continue;
        const mapper = mapperOfInstance(instance);
        await (change.kind === 'save' ? mapper.save(instance) : mapper.delete(instance));
        if (change.kind === 'save') this.#written.set(instance, change.nesting);
        else this.#written.delete(instance);
        this.#forget(instance, change);
      }
    } catch (error) {
      for (const [instance, change] of changes) this.#forget(instance, change);
      throw error;
    }
  }

  /** Objects that were written and have changed since are to be written again. */
  #addChanged(place: Place): void {
    for (const [instance, nesting] of this.#written)
      if (!this.#pending.has(instance) && place.has(holderOf(nesting)) && isModified(instance))
        this.add(instance, nesting);
  }

  /** Takes in hand what is not, in the order of writing. */
  #inOrder(place: Place): [object, Change][] {
    const unattended = new Map(
      [...this.#pending].filter(
        ([instance, change]) => !change.inHand && isWrittenIn(place, instance, change),
      ),
    );
    const of = (kind: Change['kind']): object[] =>
      inOrder(
        [...unattended].flatMap(([instance, change]) => (change.kind === kind ? [instance] : [])),
      );
    return [...of('save'), ...of('delete').reverse()].map((instance) => {
      const change = unattended.get(instance) as Change;
      change.inHand = true;
      return [instance, change];
    });
  }

  #forget(instance: object, change: Change): void {
    if (this.#pending.get(instance) === change) this.#pending.delete(instance);
  }

  #all(kind: Change['kind']): object[] {
    return [...this.#pending].flatMap(([instance, change]) =>
      change.kind === kind ? [instance] : [],
    );
  }
}

/** The nested transactions that a flush runs in, its own first; undefined stands for the transaction itself. */
type Place = ReadonlySet<Nesting | undefined>;

function placeOf(nesting: Nesting | undefined): Place {
  return new Set([...outwards(holderOf(nesting)), undefined]);
}

/** Whether a flush does it: what is done in its own place, and changes to objects that had a row before. */
function isWrittenIn(place: Place, instance: object, { kind, nesting }: Change): boolean {
  const [own] = place;
  const holder = holderOf(nesting);
  if (holder === own) return true;
  return kind === 'save' && place.has(holder) && mapperOfInstance(instance).isPersistent(instance);
}

/** Whether the object has a row and differs from it: one that its library has deleted has none. */
export function isModified(instance: object): boolean {
  const mapper = mapperOfInstance(instance);
  return mapper.isPersistent(instance) && mapper.isModified(instance);
}

function inOrder(instances: Iterable<object>): object[] {
  const byMapper = groupByMapper(instances);
  if (byMapper.size < 2) return [...byMapper.values()].flat();
  const mappers = dependenciesFirst(byMapper.keys(), (mapper) => mapper.dependencies());
  return mappers.flatMap((mapper) => byMapper.get(mapper) ?? []);
}

function groupByMapper(instances: Iterable<object>): Map<Mapper, object[]> {
  const groups = new Map<Mapper, object[]>();
  for (const instance of instances) {
    const mapper = mapperOfInstance(instance);
    const group = groups.get(mapper);
    if (group) group.push(instance);
    else groups.set(mapper, [instance]);
  }
  return groups;
}
