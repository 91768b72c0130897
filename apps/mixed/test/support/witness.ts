/**
 * Each database's own account of one transaction: every library writes one row in it, and the server must know
 * of one connection, one transaction and one COMMIT.
 */
import type { Probe } from '@quartet/conformance';
import type { Engine } from '@quartet/db-core';
import { runInScope } from '@quartet/db-core';
import type { EngineName } from '@quartet/testing';
import { Session } from '../../src/session';
import type { Library } from './libraries';
import { libraries } from './libraries';

interface Stage {
  /** Has one connection only, so that what is asked outside the scope is answered by the same. */
  readonly engine: Engine;
  readonly probe: Probe;
}

export const witnesses: Record<EngineName, (stage: Stage) => Promise<void>> = {
  /** A connection counts the rows it has changed; the file's version changes with a commit of another. */
  async sqlite({ engine, probe }) {
    const version = async () => (await probe.rows('PRAGMA data_version'))[0]?.['data_version'];
    const changed = Number((await engine.execute('SELECT total_changes()')).scalar());
    const before = await version();
    await writeWithEach(async (library, n) => {
      expect(await library.scalar('SELECT total_changes() AS n')).toBe(changed + n);
      expect(await version()).toBe(before);
    });
    expect(await version()).not.toBe(before);
  },

  /** A backend has a process id; a row keeps the id of the transaction that wrote it. */
  async postgres({ probe }) {
    const ids = new Set<unknown>();
    await writeWithEach(async (library) => {
      ids.add(
        await library.scalar("SELECT concat(pg_backend_pid(), ' ', pg_current_xact_id()) AS id"),
      );
      const underWay = await probe.rows(
        `SELECT concat(pid, ' ', backend_xid) AS id, state FROM pg_stat_activity
         WHERE datname = current_database() AND backend_type = 'client backend'
           AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`,
      );
      expect(underWay).toEqual([{ id: [...ids][0], state: 'idle in transaction' }]);
    });
    expect(ids.size).toBe(1);
    const id = String([...ids][0]).split(' ')[1];
    const rows = await probe.rows(
      'SELECT xmin::text AS id, pg_xact_status(xmin::text::xid8) AS status FROM users',
    );
    expect(rows).toEqual(libraries.map(() => ({ id, status: 'committed' })));
  },

  /** A connection has a number, knows whether it is in a transaction, and counts what it was told: no BEGIN, since the first write is one. */
  async mariadb({ engine, probe }) {
    const told = async (): Promise<Record<string, number>> => {
      const counters = await engine.execute(
        "SHOW SESSION STATUS WHERE variable_name IN ('Com_begin', 'Com_commit', 'Com_rollback', 'Com_savepoint')",
      );
      return Object.fromEntries(counters.all().map(([name, n]) => [String(name), Number(n)]));
    };
    const before = await told();
    const ids = new Set<unknown>();
    await writeWithEach(async (library) => {
      ids.add(await library.scalar("SELECT concat(connection_id(), ' ', @@in_transaction) AS id"));
      expect(await probe.rows('SELECT name FROM users')).toEqual([]);
    });
    expect([...ids]).toEqual([expect.stringMatching(/^\d+ 1$/)]);
    expect(await told()).toEqual({ ...before, Com_commit: (before['Com_commit'] ?? 0) + 1 });
  },
};

/** One scope, in which each library writes a row and `ask` is called; then one commit. */
async function writeWithEach(ask: (library: Library, n: number) => Promise<void>): Promise<void> {
  await runInScope(async () => {
    for (const [i, library] of libraries.entries()) {
      await library.write(`user${i}`);
      await ask(library, i + 1);
    }
    await Session.commit();
  });
}
