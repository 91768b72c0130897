/** Hands a request to a server of this machine and its answer back, event streams included. */
import http from 'node:http';
import { finished, pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';

/** What concerns one connection and not the message (RFC 9110, 7.6.1). */
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade'];

/**
 * Resolves when the answer is out, or its client gone.
 *
 * @returns false when the server broke off in the middle: what becomes of `res` is then the caller's matter
 * @throws Error when the server does not answer at all
 */
export async function passOn(
  req: Request,
  res: Response,
  port: number,
  url: string,
): Promise<boolean> {
  const { method, headers } = req;
  const passed = http.request({
    host: '127.0.0.1',
    port,
    method,
    path: url,
    agent: false,
    headers: withoutThoseOf(headers),
  });
  res.once('close', () => passed.destroy()); // a client that leaves is to be seen there too
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    passed.once('response', resolve).once('error', reject);
  });
  await pipeline(req, passed).catch(() => undefined); // told by `answered`
  const answer = await answered.catch((error: unknown) => {
    if (!res.closed) throw error;
  });
  if (!answer) return true;
  passed.on('error', () => undefined); // told by the answer
  res.writeHead(answer.statusCode ?? 502, withoutThoseOf(answer.headers));
  res.flushHeaders(); // a stream's first event may be far
  answer.pipe(res);
  await Promise.race([finished(answer), finished(res)]).catch(() => undefined);
  return answer.complete || res.closed;
}

function withoutThoseOf(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.includes(name)),
  );
}
