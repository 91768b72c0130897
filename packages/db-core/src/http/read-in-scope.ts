/**
 * A body that is read when its handler is done, outside its scope, by the framework: whoever makes its parts then has the
 * request's session still.
 */
import { Readable } from 'node:stream';
import type { Scope } from '../session/scope';
import { enterScope } from '../session/scope';

/** @returns `body`, or what is to be sent in its place. @param failed is told what a body fails with. */
export function readInScope<T>(body: T, scope: Scope, failed: (error: unknown) => void): T {
  if (body instanceof Readable) {
    const { _read: read } = body;
    body._read = (size) => enterScope(scope, () => read.call(body, size));
    body.once('error', failed);
    return body;
  }
  return body instanceof ReadableStream ? (webStream(body, scope, failed) as T) : body;
}

function webStream(
  body: ReadableStream<unknown>,
  scope: Scope,
  failed: (error: unknown) => void,
): ReadableStream<unknown> {
  const reader = body.getReader();
  const read = async (): ReturnType<typeof reader.read> => {
    try {
      return await enterScope(scope, () => reader.read());
    } catch (error) {
      failed(error);
      throw error;
    }
  };
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => enterScope(scope, () => reader.cancel(reason)),
    },
    { highWaterMark: 0 },
  );
}
