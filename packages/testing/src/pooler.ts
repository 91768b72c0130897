/** PgBouncer as it is installed, in front of a PostgreSQL server, for tests of what a pooler changes. */
import { describeUnless, whatIsMissing } from './describe-unless';
import { serverUrl } from './engines';
import { startServer } from './own-server';
import { hostsOf, withHosts } from './with-hosts';

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
    through: (url) => withHosts(url, hostsOf(pooler.url)),
  };
}

/**
 * A describe block about PgBouncer. A run without it, or without PostgreSQL, has one skipped line in its place; under CI
 * it must be there, unless `TEST_POOLER=off` says that it cannot be had.
 */
export function describePooler(title: string, suite: () => void): void {
  const { binary } = require('../servers/pgbouncer.cjs') as { binary(): string };
  const program = { name: 'PgBouncer', find: binary, variable: 'TEST_POOLER' };
  describeUnless(whatIsMissing('postgres', program), title, suite);
}
