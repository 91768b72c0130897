/**
 * Runs in every test file: puts what is printed as a warning on record, and settles the account
 * after each test. What is printed outside of any test fails the file.
 */
import { format } from 'node:util';
import { noteWarning, settleWarnings } from '../src/warnings';

for (const method of ['warn', 'error'] as const) {
  const print = console[method].bind(console);
  console[method] = (...values: unknown[]): void => {
    const announced = noteWarning(format(...values), new Error().stack ?? '');
    if (!announced) print(...values);
  };
}
Object.assign(globalThis, { __quartetNoteWarning: noteWarning });

/** Node announces its warnings a tick later. */
const settled = async (): Promise<void> => {
  await new Promise(setImmediate);
  settleWarnings();
};

afterEach(settled);
afterAll(settled);
