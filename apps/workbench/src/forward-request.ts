/** Forwards a request to a server on this machine, and its answer to the client, event streams included. */
import http from 'node:http';
import { finished, pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';

/** Headers that concern one connection and not the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade'];

/**
 * Resolves when the answer was sent, or the client has closed its connection.
 *
 * @returns false when the server broke off in the middle of its answer: the caller ends `res`
 * @throws Error when the server does not answer at all
 */
export async function forwardRequest(
  req: Request,
  res: Response,
  port: number,
  url: string,
): Promise<boolean> {
  const { method, headers } = req;
  const forwarded = http.request({
    host: '127.0.0.1',
    port,
    method,
    path: url,
    agent: false,
    headers: endToEnd(headers),
  });
  res.once('close', () => forwarded.destroy()); // the server learns that the client has gone
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    forwarded.once('response', resolve).once('error', reject);
  });
  await pipeline(req, forwarded).catch(() => undefined); // `answered` rejects with the same error
  const answer = await answered.catch((error: unknown) => {
    if (!res.closed) throw error;
  });
  if (!answer) return true;
  forwarded.on('error', () => undefined); // the answer breaks off, which is noticed below
  res.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
  res.flushHeaders(); // a stream's first event may come much later
  answer.pipe(res);
  await Promise.race([finished(answer), finished(res)]).catch(() => undefined);
  return answer.complete || res.closed;
}

function endToEnd(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}
