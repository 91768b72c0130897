import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { engine, onNodeHttp, withFastify, withHono, withKoa } from '../src/frameworks';

beforeAll(() => engine.execute('create table names (name text)'));
beforeEach(() => engine.execute('delete from names'));
afterAll(() => engine.dispose());

test.each([
  ['node:http', onNodeHttp],
  ['Fastify', withFastify],
  ['Koa', withKoa],
  ['Hono', withHono],
])('%s: a request has a session, which is committed before the answer', async (_name, create) => {
  const server = (await create()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await (await fetch(`${url}/a`)).json()).toEqual(['of /a']);
  expect((await engine.execute('select name from names')).scalars()).toEqual(['of /a']);
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
