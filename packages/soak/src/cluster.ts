/**
 * `npm run soak -- --cluster`: the four apps under a mixed load on several servers, while a primary is killed and its standby
 * promoted, a node of a cluster is killed and comes back, PgBouncer is restarted, and a process of an app is killed. What was
 * answered must be there once, what was said to be undone must not be, and none but the requests in flight may fail.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Probe } from '@quartet/conformance';
import { TEST_PASSWORD } from '@quartet/testing';
import { Apps } from './apps';
import { Books } from './books';
import type { Figures } from './client';
import { SoakClient } from './client';
import { SITES, type Event, type Site } from './sites';

const CLIENTS = 12;
const QUIET_MS = 4_000;
const SHOWN_PROBLEMS = 20;
/** Beyond what the database needs by itself. */
const ALLOWED_SILENCE_MS = 1_000;

/** @returns the number of problems */
export async function soakCluster(names: readonly string[]): Promise<number> {
  let wrong = 0;
  for (const name of names) {
    const open = SITES[name];
    if (!open)
      throw new Error(`there is no ${name}; the names are ${Object.keys(SITES).join(', ')}`);
    const site = await open();
    try {
      wrong += await soak(site);
    } finally {
      await site.stop();
    }
  }
  return wrong;
}

async function soak(site: Site): Promise<number> {
  const apps = await Apps.start(site.appUrl, site.processes);
  const books = new Books();
  const figures: Figures = new Map();
  const service = new Service();
  try {
    let isOver = false;
    const clients = Array.from({ length: CLIENTS }, async (_, i) => {
      const client = new SoakClient(`c${i}`, apps.urls, books, figures, (how) => service.note(how));
      while (!isOver) await client.step();
    });
    await delay(QUIET_MS);
    const lines: string[] = [];
    for (const event of site.events) lines.push(await happen(event, apps, service, books));
    isOver = true;
    await Promise.all(clients);
    books.problems.push(...(await apps.placesAreHome()));
    const probe = await Probe.open(site.engine, site.probeUrl());
    const { kept, unknown, problems } = await books.balance(probe);
    await probe.close();
    const all = [...problems, ...(await apps.stop())];
    if (apps.output.includes(TEST_PASSWORD)) all.push('the password was printed');
    const answers = [...figures].toSorted(([a], [b]) => a.localeCompare(b));
    console.log(`${site.name}: ${answers.map(([how, n]) => `${how} ${n}`).join(', ')}`);
    for (const line of lines) console.log(`  ${line}`);
    const count = (of: RegExp): number => all.filter((problem) => of.test(problem)).length;
    console.log(
      `  books: ${kept} rows answered, ${count(/answered, and there 0/)} lost, ${count(/there [2-9]/)} doubled, ` +
        `${count(/refused or deleted, yet there/)} untrue, ${unknown} without an answer, ${all.length} wrong`,
    );
    for (const problem of all.slice(0, SHOWN_PROBLEMS)) console.log(`  ! ${problem}`);
    return all.length;
  } finally {
    await apps.close();
  }
}

/** @returns a line about it */
async function happen(event: Event, apps: Apps, service: Service, books: Books): Promise<string> {
  service.begin();
  const began = performance.now();
  await event.run(apps);
  const own = performance.now() - began;
  await delay(QUIET_MS);
  const { failures, silence } = service.end();
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  if (failed > CLIENTS)
    books.problems.push(`${event.name}: ${failed} requests failed, and ${CLIENTS} were in flight`);
  if (silence > own + ALLOWED_SILENCE_MS)
    books.problems.push(
      `${event.name}: nothing was written for ${Math.round(silence)} ms, the database itself needed ${Math.round(own)}`,
    );
  const how = [...failures].map(([status, count]) => `${status} ${count}`).join(', ') || 'none';
  return (
    `${event.name}: ${Math.round(own)} ms until the database worked again, longest silence ${Math.round(silence)} ms, ` +
    `failed of ${CLIENTS} in flight: ${how}`
  );
}

/** What the clients have got since an event began. */
class Service {
  #failures = new Map<string, number>();
  #silence = 0;
  #writtenAt = 0;

  begin(): void {
    this.#failures = new Map();
    this.#silence = 0;
    this.#writtenAt = performance.now();
  }

  note(how: string): void {
    if (how === '201') {
      const now = performance.now();
      this.#silence = Math.max(this.#silence, now - this.#writtenAt);
      this.#writtenAt = now;
    } else if (how === 'failed' || how.startsWith('5'))
      this.#failures.set(how, (this.#failures.get(how) ?? 0) + 1);
  }

  end(): { readonly failures: ReadonlyMap<string, number>; readonly silence: number } {
    const silence = Math.max(this.#silence, performance.now() - this.#writtenAt);
    return { failures: this.#failures, silence };
  }
}
