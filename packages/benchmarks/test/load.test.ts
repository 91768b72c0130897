import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { load } from '../src/harness/load';
import { getRoute } from '../src/harness/routes';

let server: Server;
const paths: string[] = [];

beforeAll(async () => {
  server = createServer((req, res) => {
    paths.push(req.url as string);
    const body = 'x'.repeat(100_000); // more than one packet
    res.writeHead(req.url === '/5' ? 500 : 200, { 'Content-Length': body.length }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

test('every request is asked once, answered in full and counted; another status is an error', async () => {
  const { port } = server.address() as AddressInfo;
  const route = getRoute('GET /n', (n) => `/${n}`);
  const result = await load({
    port,
    route,
    connections: 3,
    durationMs: 60_000,
    first: 1,
    amount: 20,
  });
  expect(result).toMatchObject({ requests: 20, errors: 1 });
  expect(paths.map((path) => Number(path.slice(1))).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
});
