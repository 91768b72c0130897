/** Relations by property, each with those that are read from there. */
export interface RelationTree {
  readonly [property: string]: RelationTree;
}

/**
 * The paths that a query was given as a tree, for libraries that take one.
 *
 * @example
 * relationTree(['user', 'user.messages', 'tags']); // { user: { messages: {} }, tags: {} }
 */
export function relationTree(paths: readonly string[]): RelationTree {
  type Branch = Record<string, RelationTree>;
  const tree: Branch = {};
  for (const path of paths) {
    let branch = tree;
    for (const name of path.split('.')) branch = (branch[name] ??= {}) as Branch;
  }
  return tree;
}
