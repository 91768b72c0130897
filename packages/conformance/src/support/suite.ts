/** How a suite is written: a list of titled tests that need nothing but the fixture. */
import type { EngineName } from '@quartet/testing';
import type { Fixture } from './fixture';
import type { Layer, Subject } from './subject';

export interface TestContext {
  /** The fixture of this engine. */
  use(): Fixture;
  readonly subject: Subject & { readonly server: string };
  readonly engine: EngineName;
}

export interface SuiteTest {
  readonly title: string;
  readonly run: (context: TestContext) => Promise<void>;
  readonly timeoutMs?: number | undefined;
  /** Where it applies, and why not elsewhere. Default: on every engine. */
  readonly only?: Only | undefined;
  readonly layer: Layer;
}

/** A test that makes no sense on some engine: no gap of a style, but listed beside them. */
export interface Only {
  readonly engines: readonly EngineName[];
  readonly reason: string;
}

export interface TestOptions {
  readonly timeoutMs?: number;
  readonly only?: Only;
}

export const ON_SERVERS: Only = {
  engines: ['postgres', 'mariadb'],
  reason: 'SQLite is a file: no server that could go away, no connection that could be cut',
};

export interface Suite<N extends string = string> {
  readonly name: N;
  /** `own`: opens databases by itself; otherwise it works on the engine's shared one, empty at each start. */
  readonly fixture?: 'own';
  readonly tests: readonly SuiteTest[];
}

type Collect<Given> = (
  title: string,
  run: (given: Given) => Promise<void>,
  options?: TestOptions | number,
) => void;

/** Collects the tests of a suite: `test` takes what a style may get wrong, `core` what is the same for all. */
export function suite<const N extends string>(
  name: N,
  define: (test: Collect<Fixture>, core: Collect<Fixture>) => void,
): Suite<N> {
  const tests: SuiteTest[] = [];
  const collect =
    (layer: Layer): Collect<Fixture> =>
    (title, run, options) =>
      tests.push({ title, run: (context) => run(context.use()), ...named(options), layer });
  define(collect('style'), collect('core'));
  return { name, tests };
}

/** A suite whose tests open their own databases. */
export function suiteWithOwnFixtures<const N extends string>(
  name: N,
  define: (test: Collect<TestContext>, core: Collect<TestContext>) => void,
): Suite<N> {
  const tests: SuiteTest[] = [];
  const collect =
    (layer: Layer): Collect<TestContext> =>
    (title, run, options) =>
      tests.push({ title, run, ...named(options), layer });
  define(collect('style'), collect('core'));
  return { name, tests, fixture: 'own' };
}

/** A number is the time that a test may take. */
function named(options: TestOptions | number = {}): TestOptions {
  return typeof options === 'number' ? { timeoutMs: options } : options;
}
