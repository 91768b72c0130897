import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { Writable } from 'node:stream';
import type { Response } from 'express';
import express from 'express';
import { errorHandler, sendNdjson } from '../src';
import { expectWarning, withServer } from '@quartet/testing';

interface Row {
  readonly id: number;
  readonly text: string;
}

const FILLER = 'x'.repeat(1000);

/** Rows that count how far they were asked for and say when they were let go. */
function countedRows(total: number, failAt = Infinity) {
  const events = new EventEmitter();
  const state = { asked: 0, returned: false };
  async function* rows(): AsyncGenerator<Row> {
    try {
      for (let id = 1; id <= total; id++) {
        state.asked = id;
        if (id === failAt) throw new Error('the database went away');
        yield { id, text: FILLER };
      }
    } finally {
      state.returned = true;
      events.emit('returned');
    }
  }
  return { state, events, rows };
}

function appOf(rows: () => AsyncIterable<Row>) {
  const app = express();
  app.get('/', async (_req, res) => sendNdjson(res, rows()));
  app.use(errorHandler());
  return app;
}

async function open(url: string): Promise<IncomingMessage> {
  const [res] = (await once(get(url), 'response')) as [IncomingMessage];
  return res;
}

describe('an NDJSON answer', () => {
  it('has one line for each row, and is empty without rows', async () => {
    await withServer(appOf(countedRows(100).rows), async (url) => {
      const answer = await fetch(url);
      expect(answer.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
      const lines = (await answer.text()).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => (JSON.parse(line) as Row).id)).toEqual(
        Array.from({ length: 100 }, (_, i) => i + 1),
      );
    });
    await withServer(appOf(countedRows(0).rows), async (url) => {
      expect(await (await fetch(url)).text()).toBe('');
    });
  });

  it('lets the event loop turn between two chunks of rows that are there at once', async () => {
    let turn = 0;
    const rowsOfTurn = new Map<number, number>();
    let counting = true;
    const next = (): void => {
      turn++;
      if (counting) setImmediate(next);
    };
    const { rows } = countedRows(200);
    async function* counted(): AsyncGenerator<Row> {
      for await (const row of rows()) {
        rowsOfTurn.set(turn, (rowsOfTurn.get(turn) ?? 0) + 1);
        yield row;
      }
    }
    await withServer(appOf(counted), async (url) => {
      next();
      await (await fetch(url)).text();
      counting = false;
    });
    expect(Math.max(...rowsOfTurn.values())).toBeLessThan(20); // a chunk has 16 of them
  });

  it('asks for rows at the pace of the reader, and lets go of them when it leaves', async () => {
    const { state, events, rows } = countedRows(1_000_000);
    await withServer(appOf(rows), async (url) => {
      const res = await open(url);
      await once(res, 'readable'); // and nothing more is read
      let before = -1;
      while (before !== state.asked) {
        before = state.asked;
        await new Promise((resolve) => setTimeout(resolve, 100)); // until the producer stands still
      }
      expect(state.asked).toBeLessThan(100_000); // what socket buffers hold, not a gigabyte
      expect(state.returned).toBe(false);
      const returned = once(events, 'returned');
      res.destroy();
      await returned;
    });
  });

  it("reads every chunk in the request's own async context, whatever context asks for more", async () => {
    const scope = new AsyncLocalStorage<string>();
    const seen = new Set<string | undefined>();
    async function* rows(): AsyncGenerator<Row> {
      for (let id = 1; id <= 1_000; id++) {
        seen.add(scope.getStore());
        yield { id, text: FILLER };
      }
    }
    // As a compressing response would: it is done with a chunk in a callback that belongs to somebody else.
    const elsewhere = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => scope.run('somebody else', () => setImmediate(done)),
    });
    const res = Object.assign(elsewhere, { type: () => undefined }) as unknown as Response;
    await scope.run('the request', () => sendNdjson(res, rows(), (row) => row));
    expect([...seen]).toEqual(['the request']);
  });

  it('that fails before its first chunk is a proper problem document', async () => {
    expectWarning('the database went away');
    await withServer(appOf(countedRows(10, 1).rows), async (url) => {
      const answer = await fetch(url);
      expect(answer.status).toBe(500);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    });
  });

  it('that fails later cuts the connection, so that nobody takes half for the whole, and is logged', async () => {
    expectWarning('the database went away');
    await withServer(appOf(countedRows(10_000, 5_000).rows), async (url) => {
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      await expect(answer.text()).rejects.toThrow('terminated');
    });
  });

  it('whose reader leaves before the first row stops as well', async () => {
    const events = new EventEmitter();
    let release = (): void => {};
    const blocked = new Promise<void>((resolve) => (release = resolve));
    async function* rows(): AsyncGenerator<Row> {
      try {
        events.emit('waiting');
        await blocked;
        for (let id = 1; ; id++) yield { id, text: FILLER };
      } finally {
        events.emit('returned');
      }
    }
    const app = express();
    app.get('/', async (_req, res) => {
      res.once('close', release);
      await sendNdjson(res, rows(), (row) => row);
    });
    await withServer(app, async (url) => {
      const waiting = once(events, 'waiting');
      const returned = once(events, 'returned');
      const req = get(url).on('error', () => undefined);
      await waiting;
      req.destroy();
      await expect(returned).resolves.toEqual([]);
    });
  });
});
