/**
 * Runs in every test file: records warnings, and checks them after each test. A warning printed outside a test fails
 * the file.
 */
import { format } from 'node:util';
import { TEST_PASSWORD } from '../src/test-password';
import { noteWarning, settleWarnings } from '../src/warnings';

for (const method of ['warn', 'error'] as const) {
  const print = console[method].bind(console);
  console[method] = (...values: unknown[]): void => {
    const text = format(...values);
    refusePassword(text);
    const announced = noteWarning(text, new Error().stack ?? '');
    if (!announced) print(...values);
  };
}
for (const method of ['log', 'info', 'debug'] as const) {
  const print = console[method].bind(console);
  console[method] = (...values: unknown[]): void => {
    refusePassword(format(...values));
    print(...values);
  };
}

/** A secret in a log is recorded as a warning that no test can announce. */
function refusePassword(text: string): void {
  if (!text.includes(TEST_PASSWORD)) return;
  noteWarning(`A password was printed: ${text.replaceAll(TEST_PASSWORD, '***')}`, '');
}
Object.assign(globalThis, { __quartetNoteWarning: noteWarning });

/** Node emits its warnings a tick later. */
const settled = async (): Promise<void> => {
  await new Promise(setImmediate);
  settleWarnings();
};

afterEach(settled);
afterAll(settled);
