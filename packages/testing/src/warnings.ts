/**
 * Warnings fail the run: output of console.warn and console.error, and warnings of Node itself, fail the test in
 * which they appear, unless the test announced them with `expectWarning`.
 */

interface Warning {
  readonly text: string;
  /** Where it was printed; a warning of Node has its own stack. */
  readonly stack: string;
}

interface WarningLog {
  seen: Warning[];
  expected: (string | RegExp)[];
}

/** Kept on the global object of the test file, so that `jest.resetModules()` cannot split it. */
const KEY = Symbol.for('quartet.testing.warnings');

/**
 * Announces a warning in the test that causes it: every warning whose text contains (or matches)
 * the pattern is let through. The test fails if none comes.
 *
 * @example
 * expectWarning(/POST \/users .* never committed/);
 */
export function expectWarning(pattern: string | RegExp): void {
  warningLog().expected.push(pattern);
}

/** Records a warning. @returns whether the test announced it */
export function noteWarning(text: string, stack: string): boolean {
  const { seen, expected } = warningLog();
  seen.push({ text, stack });
  return expected.some((pattern) => matches(text, pattern));
}

/**
 * Ends the record of one test and starts the next.
 *
 * @throws Error for the first unannounced warning, or an announced one that did not come.
 */
export function settleWarnings(): void {
  const { seen, expected } = warningLog();
  resetWarnings();
  const surprise = seen.find(({ text }) => !expected.some((pattern) => matches(text, pattern)));
  if (surprise) {
    const error = new Error(`A warning nobody expected (see expectWarning): ${surprise.text}`);
    error.stack = `${error.message}\n${surprise.stack}`;
    throw error;
  }
  const silent = expected.find((pattern) => !seen.some(({ text }) => matches(text, pattern)));
  if (silent !== undefined) throw new Error(`The expected warning did not come: ${silent}`);
}

function resetWarnings(): void {
  Object.assign(warningLog(), { seen: [], expected: [] });
}

function matches(text: string, pattern: string | RegExp): boolean {
  return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
}

function warningLog(): WarningLog {
  const holder = globalThis as { [KEY]?: WarningLog };
  return (holder[KEY] ??= { seen: [], expected: [] });
}
