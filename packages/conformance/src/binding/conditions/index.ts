/** Conditions: what is refused, and which rows the right ones give. */
import type { Subject } from '../binding';
import type { Fixture } from '../fixture';
import { describeLogin } from './login';
import { describeRefused } from './refused';
import { describeRows } from './rows';

export function describeConditions(fixture: Fixture, subject: Subject): void {
  describe('refused', () => describeRefused(fixture, subject));
  describe('rows', () => describeRows(fixture, subject));
  describe('a login', () => describeLogin(fixture, subject));
}
