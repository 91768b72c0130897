/**
 * Objects that a session has still to write: objects added and deleted, until a flush sends them through their
 * own libraries. Rows that others refer to come first, and within a class the order of adding counts;
 * deletes go the other way round.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/session_basics.html#flushing
 */
import type { Mapper } from './mapper';
import { InvalidRequestError } from '../errors/errors';
import { dependenciesFirst } from './dependencies-first';
import { mapperOfInstance } from './mapper';

/** What is to be done with an object's row. Adding or deleting the object again makes another. */
interface Change {
  readonly kind: 'save' | 'delete';
  /** Whether a call of `write` has it in hand. */
  inHand: boolean;
}

export class UnitOfWork {
  readonly #pending = new Map<object, Change>();

  /** Added objects that have no row yet. */
  get new(): readonly object[] {
    return this.#all('save').filter(
      (instance) => !mapperOfInstance(instance).isPersistent(instance),
    );
  }

  /** Added objects that have a row and differ from it. */
  get dirty(): readonly object[] {
    return this.#all('save').filter((instance) => {
      const mapper = mapperOfInstance(instance);
      return mapper.isPersistent(instance) && mapper.isModified(instance);
    });
  }

  /** Objects whose rows are to be deleted. */
  get deleted(): readonly object[] {
    return this.#all('delete');
  }

  /** Whether everything is written. */
  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** Whether there is an object that no `write` under way writes. */
  get hasUnattended(): boolean {
    for (const { inHand } of this.#pending.values()) if (!inHand) return true;
    return false;
  }

  add(instance: object): void {
    this.#pending.set(instance, { kind: 'save', inHand: false });
  }

  /** @throws InvalidRequestError when the object has no row. */
  delete(instance: object): void {
    const mapper = mapperOfInstance(instance);
    if (!mapper.isPersistent(instance)) {
      throw new InvalidRequestError(
        `This ${mapper.name} has no row to delete: it was never saved.`,
      );
    }
    this.#pending.set(instance, { kind: 'delete', inHand: false });
  }

  expunge(instance: object): void {
    this.#pending.delete(instance);
  }

  clear(): void {
    this.#pending.clear();
  }

  /**
   * Writes what no other call has in hand. An object is pending until its statement has run; what is added, deleted
   * or expunged in the meantime holds. Once one object has failed, those of this call are pending no more.
   */
  async write(): Promise<void> {
    const changes = this.#inOrder();
    try {
      for (const [instance, change] of changes) {
        if (this.#pending.get(instance) !== change) continue;
        const mapper = mapperOfInstance(instance);
        await (change.kind === 'save' ? mapper.save(instance) : mapper.delete(instance));
        this.#forget(instance, change);
      }
    } catch (error) {
      for (const [instance, change] of changes) this.#forget(instance, change);
      throw error;
    }
  }

  /** Takes in hand what is not, in the order of writing. */
  #inOrder(): [object, Change][] {
    const unattended = new Map([...this.#pending].filter(([, { inHand }]) => !inHand));
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
