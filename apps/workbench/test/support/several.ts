/** The engines of the tests of a workbench with several: all of this run, or one twice. */
import type { EngineName } from '@quartet/testing';
import { testEngines } from '@quartet/testing';

const all = testEngines();
const [first] = all;
const taking = all.length > 1 || !first ? all : [first, first];

export const NAMES: readonly EngineName[] = taking.map(({ name }) => name);

/** Their names in an address. */
export const SEVERAL = taking.map(({ dialect }, index) => {
  const again = taking.findIndex((each) => each.dialect === dialect) < index;
  const id = again ? `${dialect}-2` : dialect;
  return { id, dialect, at: index === 0 ? '' : `/on/${id}` };
});
