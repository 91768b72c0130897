/** PgBouncer as it is installed, in front of a PostgreSQL server, for tests of what a pooler changes. */
import { serverUrl, testEngines } from './engines';
import { startServer } from './own-server';

export interface Pooler {
  /** A database of the server, through the pooler. */
  through(url: string): string;
  /** Stops it; those who are connected lose their connections. */
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts one in transaction mode.
 *
 * @param settings further lines of its configuration
 * @param server the address of the server behind it; default: that of the environment
 * @throws Error when the machine has none.
 */
export async function startPooler(
  settings: readonly string[] = [],
  server = serverUrl('postgres'),
): Promise<Pooler> {
  const pooler = await startServer('pgbouncer', server, ...settings);
  return {
    ...pooler,
    through: (url) => Object.assign(new URL(url), { host: new URL(pooler.url).host }).href,
  };
}

/**
 * A describe block about PgBouncer. A run without it, or without PostgreSQL, has one skipped line in its place; under CI
 * it must be there, unless `TEST_POOLER=off` says that it cannot be had.
 */
export function describePooler(title: string, suite: () => void): void {
  const lacks = whatIsMissing();
  describe(title, () => {
    if (lacks === undefined) suite();
    else test.skip(`needs ${lacks}`, () => undefined);
  });
}

function whatIsMissing(): string | undefined {
  if (testEngines().every(({ name }) => name !== 'postgres'))
    return 'postgres, which is not among the engines of this run';
  const { binary } = require('../servers/pgbouncer.cjs') as { binary(): string };
  try {
    binary();
    return undefined;
  } catch (error) {
    if (process.env['CI'] && process.env['TEST_POOLER'] !== 'off') throw error;
    return `PgBouncer: ${(error as Error).message}`;
  }
}
