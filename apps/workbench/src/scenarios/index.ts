/** All scenarios, in the order in which the page lists them. */
import type { Scenario } from './scenario';
import { aggregate } from './aggregate';
import { clientLeaves } from './client-leaves';
import { create } from './create';
import { duplicate } from './duplicate';
import { exportMessages } from './export';
import { find } from './find';
import { handlerThrows } from './handler-throws';
import { importUsers } from './import';
import { lostUpdate } from './lost-update';
import { merge } from './merge';
import { nPlusOne } from './n-plus-one';
import { overlap } from './overlap';
import { pagination } from './pagination';
import { tags } from './tags';
import { together } from './together';
import { withoutTeardown } from './without-teardown';

export const SCENARIOS: readonly Scenario[] = [
  create,
  duplicate,
  find,
  pagination,
  exportMessages,
  nPlusOne,
  tags,
  aggregate,
  merge,
  importUsers,
  overlap,
  lostUpdate,
  together,
  handlerThrows,
  clientLeaves,
  withoutTeardown,
];
