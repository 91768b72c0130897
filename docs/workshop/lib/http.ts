/** Requests to an exercise's app. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves it as long as `use` takes. */
export async function serving<T>(
  app: RequestListener,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** @returns the status of the answer */
export async function post(url: string, signal: AbortSignal | null = null): Promise<number> {
  const answer = await fetch(url, { method: 'POST', signal });
  await answer.text();
  return answer.status;
}
