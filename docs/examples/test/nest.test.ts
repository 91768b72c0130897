import type { INestApplication } from '@nestjs/common';
import { createEngine } from '@quartet/db-core';
import type { RequestScopes } from '@quartet/db-core/express';
import { requestScopesOf } from '@quartet/db-core/express';
import type { Express } from 'express';
import { createApp } from '../src/nest';

const engine = createEngine('sqlite://');
let app: INestApplication;
let url: string;
const told: unknown[] = [];
const titles = async (): Promise<string[]> =>
  (await engine.execute('select title from articles order by title')).scalars<string>();
const scopes = (): RequestScopes =>
  requestScopesOf(app.getHttpAdapter().getInstance() as Express) as RequestScopes;

beforeAll(async () => {
  app = await createApp(engine);
  scopes().onTeardown((error) => told.push(error));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
beforeEach(async () => {
  await engine.execute('delete from articles');
  told.length = 0;
});
afterAll(async () => {
  await app.close();
  await engine.dispose();
});

test('a controller has the session of its request, which is committed before the answer', async () => {
  const created = await fetch(`${url}/articles/one`, { method: 'POST' });
  expect([created.status, await created.json()]).toMatchObject([201, { title: 'one' }]);
  expect(await titles()).toEqual(['one']);
  expect(await (await fetch(`${url}/articles`)).json()).toMatchObject([{ title: 'one' }]);
  await scopes().idle();
  expect(told).toEqual([undefined, undefined]);
  expect(engine.status().inUse).toBe(0);
});

test('an error is answered by a filter of Nest, nothing is committed, and teardown knows it', async () => {
  for (const status of [201, 409])
    expect((await fetch(`${url}/articles/one`, { method: 'POST' })).status).toBe(status);
  await scopes().idle();
  expect(await titles()).toEqual(['one']);
  expect(told).toEqual([undefined, expect.objectContaining({ kind: 'unique' })]);
});

test('a commit that fails is answered by the same filter, and never as a success', async () => {
  await engine.execute(
    'create table marks (article integer references articles (id) deferrable initially deferred)',
  );
  await engine.execute(
    "create trigger wrong_mark after insert on articles when new.title = 'wrong' begin insert into marks values (4711); end",
  );
  const answer = await fetch(`${url}/articles/wrong`, { method: 'POST' });
  expect([answer.status, await answer.json()]).toMatchObject([500, { statusCode: 500 }]);
  await scopes().idle();
  expect(await titles()).toEqual([]);
  expect(told).toEqual([expect.objectContaining({ kind: 'foreign-key' })]);
});
