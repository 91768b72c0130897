/** Which engines stand side by side in the tests of a workbench with several: all that are there, or one twice. */
import type { EngineName } from '@quartet/testing';
import { testEngines } from '@quartet/testing';

const all = testEngines();
const [first] = all;
const taking = all.length > 1 || !first ? all : [first, first];

export const NAMES: readonly EngineName[] = taking.map(({ name }) => name);

/** What an address calls them. */
export const SEVERAL = taking.map(({ dialect }, index) => {
  const again = taking.findIndex((each) => each.dialect === dialect) < index;
  const id = again ? `${dialect}-2` : dialect;
  return { id, dialect, at: index === 0 ? '' : `/on/${id}` };
});
