import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { TestServer } from '@quartet/testing';
import { listen } from '@quartet/testing';
import express from 'express';
import type { Queries } from '../src';
import { createRouter, problemJson } from '../src';
import { someQueries } from './support/queries';

const user = { id: 7, name: 'Ana', email: 'ana@localhost' };
const folder = mkdtempSync(join(tmpdir(), 'quartet-router-'));
const engine = createEngine(`sqlite:///${join(folder, 'test.db')}`);
let server: TestServer;
let api: string;

function appOf(queries: Partial<Queries>, on: Engine = engine) {
  const app = express();
  app.use(
    '/api',
    createRouter(someQueries(queries), { style: 'classical', library: 'typeorm', engine: on }),
  );
  return app;
}

beforeAll(async () => {
  const app = appOf({
    createUser: (input) => Promise.resolve({ id: 7, ...input }),
    findUser: (id) => Promise.resolve(id === 7 ? user : undefined),
    listUsers: ({ page, perPage }) =>
      Promise.resolve({ items: page === 1 ? [user] : [], total: perPage === 1 ? 0 : 21 }),
  });
  server = await listen(app);
  api = `${server.url}/api`;
});

afterAll(async () => {
  await server.close();
  await engine.dispose();
  rmSync(folder, { recursive: true });
});

async function problemOf(answer: Response): Promise<unknown> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = problemJson.parse(await answer.json());
  expect(problem.status).toBe(answer.status);
  return problem;
}

const post = (path: string, body: string | Uint8Array, type = 'application/json') =>
  fetch(api + path, { method: 'POST', body, headers: { 'Content-Type': type } });

describe('the home of an app', () => {
  it('tells programs the style, the library, the engine and where to go', async () => {
    const answer = await fetch(`${api}/`);
    expect(await answer.json()).toEqual({
      style: 'classical',
      library: 'typeorm',
      engine: 'sqlite',
      links: expect.objectContaining({
        users: '/api/users',
        metrics: '/api/metrics',
        openapi: '/api/openapi.json',
        docs: '/api/docs',
      }) as unknown,
    });
    expect(answer.headers.get('vary')).toBe('Accept');
  });

  it('is a page for a browser', async () => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const answer = await fetch(`${api}/`, { headers: { Accept: accept } });
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await answer.text()).toContain('<a href="/api/users">users</a>');
  });
});

describe('a request', () => {
  it('for an unknown path is 404, whatever its method', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await fetch(`${api}/nowhere`, { method });
      expect(answer.status).toBe(404);
      expect(await problemOf(answer)).toMatchObject({ instance: '/api/nowhere' });
    }
  });

  it('by a method that the path does not know is 405 and names those it knows', async () => {
    const answer = await fetch(`${api}/users`, { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
    await problemOf(answer);
    expect((await fetch(`${api}/users/import`)).status).toBe(405);
  });

  it('by OPTIONS names the methods', async () => {
    const answer = await fetch(`${api}/users/7`, { method: 'OPTIONS' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([
      204,
      'GET, HEAD, PATCH, DELETE, OPTIONS',
    ]);
  });

  it('by HEAD is answered as GET, without the body', async () => {
    const [got, head] = await Promise.all([
      fetch(`${api}/users/7`),
      fetch(`${api}/users/7`, { method: 'HEAD' }),
    ]);
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe(got.headers.get('content-length'));
    expect(await head.text()).toBe('');
    expect((await fetch(`${api}/messages/export`, { method: 'HEAD' })).status).toBe(200); // reads no row
  });

  it('may be conditional: an unchanged answer is 304', async () => {
    const first = await fetch(`${api}/users/7`);
    const etag = first.headers.get('etag') ?? '';
    const again = await rawStatus('GET', '/users/7', { 'If-None-Match': etag });
    expect(etag).not.toBe('');
    expect(again).toBe(304);
  });

  it('is answered without naming the framework, and never sniffed', async () => {
    const answer = await fetch(`${api}/users/7`);
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([
    '/users?name=%zz',
    '/users?name=%ED%A0%80',
    '/find/%zz',
    '/find/%ff',
    '/find/a%00b',
    '/users?name=a%00b',
  ])('for %s, which no text is behind, is 400', async (path) => {
    expect(await rawStatus('GET', path)).toBe(400);
  });
});

describe('a body', () => {
  it('creates a user and says where it is', async () => {
    const answer = await post('/users', '{"name":"Ana","email":"ana@localhost"}');
    expect([answer.status, answer.headers.get('location')]).toEqual([201, '/api/users/7']);
    expect(await answer.json()).toEqual(user);
  });

  it('that is not valid is 400 and names every field', async () => {
    const answer = await post('/users', '{"name":5,"e-mail":"x"}');
    expect(answer.status).toBe(400);
    expect(await problemOf(answer)).toMatchObject({
      type: 'urn:quartet:problem:validation',
      errors: [
        { field: 'name', message: 'must be text' },
        { field: 'email', message: 'is required' },
        { field: 'e-mail', message: 'is not a known field' },
      ],
    });
  });

  it('of an import names the row and the field, and at most twenty of them', async () => {
    const rows = Array.from({ length: 50 }, () => ({ name: 'a' }));
    const { errors } = (await problemOf(await post('/users/import', JSON.stringify(rows)))) as {
      errors: unknown[];
    };
    expect(errors).toHaveLength(20);
    expect(errors[1]).toEqual({ field: '1.email', message: 'is required' });
  });

  it.each([
    ['malformed', '{"name":', 'application/json', 400],
    ['absent', '', 'application/json', 400],
    ['no object', '"text"', 'application/json', 400],
    ['a form', 'name=a', 'application/x-www-form-urlencoded', 415],
    ['in an unknown charset', '{}', 'application/json; charset=latin9', 415],
    ['over 100 kB', `"${'x'.repeat(110_000)}"`, 'application/json', 413],
  ])('that is %s is refused', async (_what, body, type, status) => {
    const answer = await post('/users', body, type);
    expect(answer.status).toBe(status);
    await problemOf(answer);
  });

  it('that cannot be read says why: no body at all, no JSON, no UTF-8', async () => {
    const nothing = await fetch(`${api}/users`, { method: 'POST' });
    expect(await problemOf(nothing)).toMatchObject({ detail: 'A JSON body is required.' });
    const malformed = await post('/users', '{"name":');
    expect(await problemOf(malformed)).toMatchObject({ detail: 'The body is not valid JSON.' });
    const broken = await post('/users', Buffer.from('{"name":"\xff","email":"a@b"}', 'latin1'));
    expect(await problemOf(broken)).toMatchObject({ detail: 'The body is not valid UTF-8.' });
    expect([nothing.status, malformed.status, broken.status]).toEqual([400, 400, 400]);
    const path = await fetch(`${api}/find/%zz`);
    expect(await problemOf(path)).toMatchObject({
      detail: 'The path is not valid percent-encoding.',
    });
  });

  it('of over 100 kB is refused as well when it does not say its length, or where none is read', async () => {
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 11; i++)
          controller.enqueue(new TextEncoder().encode('x'.repeat(10_000)));
        controller.close();
      },
    });
    const init = {
      method: 'POST',
      body: chunks,
      duplex: 'half',
      headers: { 'Content-Type': 'application/json' },
    };
    expect((await fetch(`${api}/users`, init as RequestInit)).status).toBe(413);
    expect((await post('/create/ana/ana@localhost', 'x'.repeat(110_000))).status).toBe(413);
  });
});

describe('a list', () => {
  it('tells its page, the size, the total and the number of pages', async () => {
    const answer = await fetch(`${api}/users?page=1&per_page=20`);
    expect(await answer.json()).toEqual({
      items: [user],
      page: 1,
      per_page: 20,
      total: 21,
      pages: 2,
    });
  });

  it('is 404 past its end, except page 1', async () => {
    expect((await fetch(`${api}/users?page=3`)).status).toBe(404);
    expect((await fetch(`${api}/users?page=2147483648`)).status).toBe(404);
    const empty = await fetch(`${api}/users?page=1&per_page=1`);
    expect(await empty.json()).toMatchObject({ total: 0, pages: 0 });
    expect((await fetch(`${api}/users?page=2&per_page=1`)).status).toBe(404);
  });
});

describe('health', () => {
  it('is ok while the process lives, and ready while the database answers', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await fetch(api + path);
      expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    }
  });

  it('is not ready, but alive, when the database cannot be reached', async () => {
    const away = createEngine('postgresql://nobody:nothing@127.0.0.1:1/none');
    const other = await listen(appOf({}, away));
    try {
      const answer = await fetch(`${other.url}/api/readyz`, {
        headers: { Accept: 'application/json' },
      });
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(JSON.stringify(await problemOf(answer))).not.toMatch(/nobody|nothing|127/);
      expect((await fetch(`${other.url}/api/healthz`)).status).toBe(200);
    } finally {
      await other.close();
      await away.dispose();
    }
  });
});

describe('the OpenAPI document', () => {
  it('is valid, and describes every route', async () => {
    const text = await (await fetch(`${api}/openapi.json`)).text();
    const checked = spawnSync(process.execPath, [join(__dirname, 'support/validate-openapi.mjs')], {
      input: text,
      encoding: 'utf8',
    });
    expect(checked.stdout + checked.stderr).toBe('valid OpenAPI 3.1\n');
    const { paths } = JSON.parse(text) as { paths: Record<string, object> };
    expect(
      Object.entries(paths).map(([path, methods]) => [path, ...Object.keys(methods)].join(' ')),
    ).toEqual([
      '/ get',
      '/users get post',
      '/users/import post',
      '/users/{id} get patch delete',
      '/users/{id}/merge post',
      '/users/{id}/messages get post',
      '/messages get',
      '/messages/export get',
      '/messages/{id} get delete',
      '/stats/top-authors get',
      '/create/{username}/{contact} post',
      '/find/{username} get',
      '/healthz get',
      '/readyz get',
      '/metrics get',
      '/openapi.json get',
    ]);
  });

  it('says what a field may hold, from the schemas that check it', async () => {
    const document = (await (await fetch(`${api}/openapi.json`)).json()) as {
      components: { schemas: Record<string, unknown> };
    };
    expect(document.components.schemas['NewUser']).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 50 },
        email: { type: 'string', minLength: 1, maxLength: 120, pattern: '^[^\\s@]+@[^\\s@]+$' },
      },
      required: ['name', 'email'],
      additionalProperties: false,
    });
  });
});

/** `fetch` rewrites some paths; this sends them as they stand. */
function rawStatus(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const { hostname, port } = new URL(api);
  return new Promise((resolve, reject) => {
    request({ hostname, port, method, path: `/api${path}`, headers }, (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
