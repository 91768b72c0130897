/**
 * What a session has still to write: objects added and deleted, until a flush sends them through their
 * own libraries. Rows that others refer to come first, and within a class the order of adding counts;
 * deletes go the other way round.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/session_basics.html#flushing
 */
import type { Mapper } from './mapper';
import { InvalidRequestError } from '../errors/errors';
import { dependenciesFirst } from './dependencies-first';
import { mapperOfInstance } from './mapper';

export class UnitOfWork {
  readonly #pending = new Map<object, 'save' | 'delete'>();

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

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  add(instance: object): void {
    this.#pending.set(instance, 'save');
  }

  /** @throws InvalidRequestError when the object has no row. */
  delete(instance: object): void {
    const mapper = mapperOfInstance(instance);
    if (!mapper.isPersistent(instance)) {
      throw new InvalidRequestError(
        `This ${mapper.name} has no row to delete: it was never saved.`,
      );
    }
    this.#pending.set(instance, 'delete');
  }

  expunge(instance: object): void {
    this.#pending.delete(instance);
  }

  clear(): void {
    this.#pending.clear();
  }

  /** Hands over the writing of all there is: nothing is pending afterwards, whether it succeeds or not. */
  take(): () => Promise<void> {
    const saves = inOrder(this.#all('save'));
    const deletes = inOrder(this.#all('delete')).reverse();
    this.clear();
    return async () => {
      for (const instance of saves) await mapperOfInstance(instance).save(instance);
      for (const instance of deletes) await mapperOfInstance(instance).delete(instance);
    };
  }

  #all(kind: 'save' | 'delete'): object[] {
    return [...this.#pending].flatMap(([instance, what]) => (what === kind ? [instance] : []));
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
