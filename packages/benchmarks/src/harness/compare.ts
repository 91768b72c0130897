/** Checks before any timing that every variant gives the same answers, byte by byte, so that all do the same work. */
import type { Route } from './routes';
import type { Server } from './server';

const REQUESTS_A_ROUTE = 5;

/**
 * @param expected the variant whose answers are the right ones.
 * @throws Error with both answers at the first difference in status, type or body.
 */
export async function compareAnswers(
  expected: readonly string[],
  server: Server,
  routes: readonly Route[],
): Promise<void> {
  const found = await answers(server, routes);
  for (const [i, answer] of expected.entries()) {
    if (found[i] !== answer)
      throw new Error(`${server.id} answers otherwise:\n${found[i]}\ninstead of\n${answer}`);
  }
}

/** The server's answers to the first requests of each route. @param after is waited for behind each. */
export async function answers(
  server: Server,
  routes: readonly Route[],
  after?: () => Promise<unknown>,
): Promise<string[]> {
  const found: string[] = [];
  for (const route of routes) {
    for (let n = 0; n < REQUESTS_A_ROUTE; n++) {
      found.push(await ask(server.port, route.request(n)));
      await after?.();
    }
  }
  return found;
}

async function ask(port: number, wire: string): Promise<string> {
  const [head = '', body = ''] = wire.split('\r\n\r\n');
  const [method = '', path = ''] = head.split(' ');
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(body && { body, headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  const said = ['content-type', 'content-length', 'location'].map(
    (name) => `${name}: ${response.headers.get(name)}`,
  );
  // The time of a message is the only difference.
  const timeless =
    method === 'POST'
      ? text.replace(/"created_at":"\d{4}-\d\d-\d\dT[\d:.]{12}Z"/, '"created_at":"…"')
      : text;
  return [`${method} ${path} ${response.status}`, ...said, timeless].join('\n');
}
