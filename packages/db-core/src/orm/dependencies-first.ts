/** Sorts what depends on one another: tables by their foreign keys, mappers by those of their classes. */

/** Depth first; those of a cycle keep their order. Dependencies that are not among `items` are part of the answer. */
export function dependenciesFirst<T>(
  items: Iterable<T>,
  dependenciesOf: (item: T) => readonly T[],
): T[] {
  const sorted = new Set<T>();
  const visiting = new Set<T>();
  const visit = (item: T): void => {
    if (sorted.has(item) || visiting.has(item)) return;
    visiting.add(item);
    for (const dependency of dependenciesOf(item)) visit(dependency);
    visiting.delete(item);
    sorted.add(item);
  };
  for (const item of items) visit(item);
  return [...sorted];
}
