/** Clients that ask for a long export and do not read it, more of them than the pool has connections. */
import type { Probe } from '@quartet/conformance';
import { HANGS_MS } from './hangs';

const READERS = 24;
/** Rows of the export, so many and so long that no socket's buffer takes them all. */
const BALLAST_ROWS = 4_000;
const BALLAST_BYTES = 4_000;
/** Their bodies begin with it; the books pass over them. */
export const BALLAST = 'ballast';

/** Fills `messages` with rows of an author of their own. */
export async function takeOnBallast(probe: Probe): Promise<void> {
  await probe.rows(`INSERT INTO users (name, email) VALUES ('${BALLAST}', '${BALLAST}')`);
  const [author] = await probe.rows(`SELECT id FROM users WHERE name = '${BALLAST}'`);
  const body = BALLAST.padEnd(BALLAST_BYTES, '.');
  const rows = 100;
  const values = Array.from({ length: rows }, () => `(${Number(author?.['id'])}, '${body}')`);
  for (let there = 0; there < BALLAST_ROWS; there += rows)
    await probe.rows(`INSERT INTO messages (user_id, body) VALUES ${values.join(', ')}`);
}

/**
 * Begins the exports, reads the first chunk of each and no more, and asks for something else meanwhile.
 *
 * @returns what went wrong
 */
export async function readSlowly(url: string): Promise<string[]> {
  const left = new AbortController();
  try {
    const exports = Array.from({ length: READERS }, async () => {
      const signal = AbortSignal.any([left.signal, AbortSignal.timeout(HANGS_MS)]);
      const answer = await fetch(`${url}/messages/export`, { signal });
      await answer.body?.getReader().read();
    });
    // Some may be refused where a limit says so; those that were begun are not read any further.
    await Promise.allSettled(exports);
    const beside = await fetch(`${url}/users`, { signal: AbortSignal.timeout(HANGS_MS) });
    await beside.text();
    return beside.ok ? [] : [`a read beside ${READERS} slow readers: ${beside.status}`];
  } catch (error) {
    return [`a read beside ${READERS} slow readers: ${String(error)}`];
  } finally {
    left.abort();
  }
}
