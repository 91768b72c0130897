/** `GET /messages/export`: everything, streamed, in constant memory. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Answer, MessageBody } from '../support/client';
import { deferred } from '../support/deferred';
import type { Fixture } from '../support/fixture';
import { suite } from '../support/suite';

const ROWS = 50_000;
/**
 * 50,000 of these are 50 MB of text: an export that gathers them shows. Of each style it is counted, in `teardown on
 * the wire`, that it reads page by page and stops when the client does not read.
 */
const FILLER = 'x'.repeat(1_000);

export const exporting = suite('export', (test, core) => {
  test('an export of nothing is empty', async ({ api }) => {
    const answer = await api.get('/messages/export');
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers.get('content-type')).toMatch(/^application\/x-ndjson\b/);
  });

  test('each line is a message as the API shows it, by ascending id', async ({ api }) => {
    const [ana, bob] = [await api.createUser('ana'), await api.createUser('bob')];
    const { tags: _one, ...first } = await api.createMessage(ana.id, 'one\ntwo', ['t']);
    const { tags: _two, ...second } = await api.createMessage(bob.id, '"quoted" 😀');
    const { text } = await api.get('/messages/export');
    expect(
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([first, second]);
    expect(text.endsWith('\n')).toBe(true);
  });

  core(
    'fifty thousand messages arrive whole and in order, and the heap does not grow with them',
    async (fixture) => {
      await addMany(fixture);
      const heap: number[] = [];
      let lines = 0;
      let last = 0;
      const answer = await fixture.api.open('/messages/export');
      for await (const line of linesOf(answer)) {
        const { id, body, author } = JSON.parse(line) as MessageBody;
        if (
          id <= last ||
          author.name !== `user${(lines % 50) + 1}` ||
          !body.startsWith(`${lines} `)
        ) {
          throw new Error(`line ${lines} is not the message it should be: ${line.slice(0, 100)}`);
        }
        last = id;
        if (++lines % 10_000 === 0) heap.push(liveHeapMb());
      }
      expect(lines).toBe(ROWS);
      const [first = 0, ...later] = heap; // what was there before may well go meanwhile
      expect(Math.max(...later) - first).toBeLessThan(15);
      await fixture.settled();
    },
    300_000,
  );

  core(
    'a reader that stops reading stops the export; one that leaves ends it and gives its connection back',
    async (fixture) => {
      await addMany(fixture);
      const before = liveHeapMb();
      const controller = new AbortController();
      const answer = await fixture.api.open('/messages/export', { signal: controller.signal });
      const reader = answer.body?.getReader();
      await reader?.read();
      await delay(500); // as long as a stalled reader gives an eager export to run ahead
      expect(liveHeapMb() - before).toBeLessThan(25);
      controller.abort();
      await fixture.settled();
      await fixture.api.createUser('next');
    },
    300_000,
  );

  test('an export in progress neither stops writers nor is stopped by them', async (fixture) => {
    const { api, probe } = fixture;
    const ids = await probe.addUsers(1);
    await probe.addMessages(ids[0] as number, 2_000, (n) => `${n} ${FILLER}`);
    const answer = await api.open('/messages/export');
    const seen: number[] = [];
    for await (const line of linesOf(answer)) {
      seen.push((JSON.parse(line) as MessageBody).id);
      if (seen.length === 1) await api.createUser('meanwhile');
    }
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(seen).toHaveLength(2_000);
  });

  test('exports that nobody reads hold no connection, and go on where they stopped', async ({
    api,
    engine,
    extra,
    probe,
    subject,
  }) => {
    const [author] = await probe.addUsers(1);
    await probe.addMessages(author as number, 1_200, (n) => `${n}`);
    const read = deferred();
    let begun = deferred();
    const path = extra.add(async (_req, res) => {
      const ids: number[] = [];
      for await (const { id } of subject.queries.exportMessages()) {
        if (ids.push(id) !== 1) continue;
        begun.resolve();
        await read.promise; // as a client does that stops reading
      }
      res.json(ids);
    });
    const exports: Promise<Answer>[] = [];
    try {
      while (exports.length <= engine.status().max) {
        begun = deferred();
        exports.push(api.get(path));
        await begun.promise;
        expect(engine.status().inUse).toBe(0);
      }
      await api.createUser('meanwhile');
    } finally {
      read.resolve();
    }
    for (const answer of await Promise.all(exports)) {
      const ids = answer.json<number[]>();
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
      expect(ids).toHaveLength(1_200);
    }
  });

  test('HEAD tells the type and reads nothing', async ({ api, measure }) => {
    const { value, meter } = await measure(() => api.send('HEAD', '/messages/export'));
    expect([value.status, value.headers.get('content-type')?.split(';')[0]]).toEqual([
      200,
      'application/x-ndjson',
    ]);
    expect(meter.counts).toMatchObject({ query: 0, checkout: 0 });
  });
});

/** Messages of fifty authors in turn. */
async function addMany({ probe }: Fixture): Promise<void> {
  const ids = await probe.addUsers(50);
  await probe.addMessagesInTurn(ids, ROWS, (n) => `${n} ${FILLER}`);
}

function linesOf(answer: Response): AsyncIterable<string> {
  if (!answer.body) throw new Error('The answer has no body.');
  return createInterface({ input: Readable.fromWeb(answer.body as never), crlfDelay: Infinity });
}

/** What is really in use: measured after a collection, which Jest's workers have to be asked for. */
function liveHeapMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
