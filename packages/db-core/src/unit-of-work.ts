/**
 * The order in which pending objects are written: rows that others refer to first, and within a class
 * in the order they were added; deletes the other way round.
 */
import type { Mapper } from './mapper';
import { mapperOfInstance } from './mapper';

/** Saves in order of dependency. */
export function saveOrder(instances: Iterable<object>): object[] {
  const byMapper = groupByMapper(instances);
  return sortMappers([...byMapper.keys()]).flatMap((mapper) => byMapper.get(mapper) ?? []);
}

/** Deletes in reverse order of dependency. */
export function deleteOrder(instances: Iterable<object>): object[] {
  return saveOrder(instances).reverse();
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

/** Depth first over the dependencies; those of a cycle keep the order in which they were added. */
function sortMappers(mappers: readonly Mapper[]): Mapper[] {
  if (mappers.length < 2) return [...mappers];
  const sorted = new Set<Mapper>();
  const visiting = new Set<Mapper>();
  const visit = (mapper: Mapper): void => {
    if (sorted.has(mapper) || visiting.has(mapper)) return;
    visiting.add(mapper);
    for (const dependency of mapper.dependencies()) visit(dependency);
    visiting.delete(mapper);
    sorted.add(mapper);
  };
  for (const mapper of mappers) visit(mapper);
  return [...sorted];
}
