/** Queries of which a test gives the ones it needs: any other call fails it. */
import type { Queries } from '../../src';

export function someQueries(given: Partial<Queries>): Queries {
  return new Proxy(given as Queries, {
    get(target, name) {
      if (!(name in target))
        throw new Error(`queries.${String(name)} was not expected to be called`);
      return Reflect.get(target, name) as unknown;
    },
  });
}
