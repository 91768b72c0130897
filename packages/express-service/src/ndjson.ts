/** Streams rows as newline-delimited JSON: at the reader's pace, in constant memory, undone when it leaves. */
import { AsyncResource } from 'node:async_hooks';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { Response } from 'express';

/** Rows are sent in chunks of about this many characters: one write a row would cost more than the row. */
const CHUNK_LENGTH = 16 * 1024;

/**
 * Sends one line for each row. Nothing is sent before the first chunk is there, so an error until then is
 * still a proper answer; a later one cuts the connection. When the client goes away, the iterator's
 * `return()` is called and the promise resolves. Between two chunks other requests have their turn.
 *
 * @param toJson what stands for a row. Default: the row itself.
 * @throws what the rows throw
 * @example
 * app.get('/messages/export', async (_req, res) => sendNdjson(res, exportMessages()));
 */
export async function sendNdjson<T>(
  res: Response,
  rows: AsyncIterable<T>,
  toJson: (row: T) => unknown = (row) => row,
): Promise<void> {
  const source = Readable.from(chunks(inThisContext(rows), toJson), { highWaterMark: 1 });
  try {
    await once(source, 'readable');
    res.type('application/x-ndjson');
    await pipeline(source, res);
  } catch (error) {
    if (!isPrematureClose(error)) throw error;
  } finally {
    source.destroy();
  }
}

async function* chunks<T>(
  rows: AsyncIterable<T>,
  toJson: (row: T) => unknown,
): AsyncGenerator<string> {
  let chunk = '';
  for await (const row of rows) {
    chunk += `${JSON.stringify(toJson(row))}\n`;
    if (chunk.length >= CHUNK_LENGTH) {
      yield chunk;
      chunk = '';
      // SQLite has every row at once, and the kernel takes much: without this the event loop would turn at each page alone.
      await setImmediate();
    }
  }
  if (chunk !== '') yield chunk;
}

/**
 * More rows are asked for when the response drains, in the async context of the socket: without this
 * the query functions could find no scope, or another request's, from the second chunk on.
 */
function inThisContext<T>(rows: AsyncIterable<T>): AsyncIterable<T> {
  const context = new AsyncResource('NdjsonRows');
  return {
    [Symbol.asyncIterator]() {
      const iterator = context.runInAsyncScope(() => rows[Symbol.asyncIterator]());
      return {
        next: () => context.runInAsyncScope(() => iterator.next()),
        return: async () => {
          await context.runInAsyncScope(() => iterator.return?.());
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function isPrematureClose(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ERR_STREAM_UNABLE_TO_PIPE';
}
