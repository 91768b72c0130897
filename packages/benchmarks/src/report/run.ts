/** What a run has measured, and under which conditions. */
import type { Measured, Plan } from '../harness/measure';
import type { Machine } from './machine';

export interface Run {
  readonly startedAt: Date;
  readonly full: boolean;
  readonly plan: Plan;
  readonly machine: Machine;
  /** The databases' versions. */
  readonly databases: readonly string[];
  readonly measured: readonly Measured[];
}
