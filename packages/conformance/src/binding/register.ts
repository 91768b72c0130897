/** Registers what every binding must do, on each database of the run. */
import type { Binding, Subject } from './binding';
import { describeConditions } from './conditions';
import type { Fixture } from './fixture';
import { onEachEngine } from './fixture';
import { describeModifications } from './modifications';
import { describeObjects } from './objects';
import { describeOverlap } from './overlap';
import { describePages } from './pages';
import { describeSchema } from './schema';
import { describeTransactions } from './transactions';

/**
 * @example
 * registerBinding({ bind: bindMyLibrary, relations: false, reportsOwnCalls: false });
 */
export function registerBinding(binding: Binding): void {
  onEachEngine((fixture) => {
    describe('createAll', () => describeSchema(fixture, binding));
    withTables(fixture, binding, (subject) => {
      describe('objects', () => describeObjects(fixture, subject));
      describe('conditions', () => describeConditions(fixture, subject));
      describe('pages', () => describePages(fixture, subject));
      describe('modifications', () => describeModifications(fixture, subject));
      describe('transactions', () => describeTransactions(fixture, subject));
      describe('side by side', () => describeOverlap(fixture, subject));
    });
  });
}

/** Objects and conditions alone: for another way to define the classes of a library that `registerBinding` knows. */
export function registerObjects(binding: Binding): void {
  onEachEngine((fixture) => {
    withTables(fixture, binding, (subject) => {
      describe('objects', () => describeObjects(fixture, subject));
      describe('conditions', () => describeConditions(fixture, subject));
      describe('pages', () => describePages(fixture, subject));
    });
  });
}

function withTables(fixture: Fixture, binding: Binding, suite: (subject: Subject) => void): void {
  describe('with its tables', () => {
    const subject = { binding } as Subject;
    beforeAll(async () => {
      subject.bound = await binding.bind(fixture.engine);
      await subject.bound.createAll();
    });
    beforeEach(async () => {
      await fixture.engine.execute('delete from users');
      fixture.log.length = 0;
    });
    afterEach(() => expect(fixture.engine.status().inUse).toBe(0));
    afterAll(() => subject.bound.close());
    suite(subject);
  });
}
