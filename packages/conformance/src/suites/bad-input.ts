/** Whatever is wrong with a request: a 4xx problem document, and the database as it was. */
import type { Answer, Client } from '../support/client';
import { expectProblem } from '../support/client';
import type { Fixture } from '../support/fixture';
import { suite } from '../support/suite';

const NO_IDS = [
  '0',
  '-1',
  '+1',
  '1e3',
  '1.0',
  '01',
  '0x10',
  '2147483648',
  '9007199254740993',
  'abc',
  '%20',
  'NaN',
  "1'%20OR%201=1",
  '1;DROP%20TABLE%20users',
  '%00',
  '1%00',
];
const NUL = 'a\0b';
const SURROGATES = ['\ud800', 'x\udfff', '\udc00\ud800'];
const SQL = ["' OR '1'='1", "'; DROP TABLE users; --", '1); DELETE FROM users; --'];

export const badInput = suite('bad input', (test, core) => {
  core('ids that are no positive integers are 404 in every route', async (fixture) => {
    await unchanged(fixture, async ({ api, userId }) => {
      for (const id of [...NO_IDS, ...likenesses(userId)]) {
        expectProblem(await api.get(`/users/${id}`), 404);
        expectProblem(await api.patch(`/users/${id}`, { name: 'x' }), 404);
        expectProblem(await api.delete(`/users/${id}`), 404);
        expectProblem(await api.post(`/users/${id}/merge`, { into: userId }), 404);
        expectProblem(await api.get(`/users/${id}/messages`), 404);
        expectProblem(await api.post(`/users/${id}/messages`, { body: 'x' }), 404);
        expectProblem(await api.get(`/messages/${id}`), 404);
        expectProblem(await api.delete(`/messages/${id}`), 404);
      }
    });
  });

  core('malformed JSON is 400 in every route that takes a body', async (fixture) => {
    const bodies = [
      '{',
      '{"name": }',
      "{'name': 'x'}",
      '[1, 2',
      '{"name":"x",}',
      'undefined',
      '\u0000',
      '{"name":"\u0001"}',
      '"\\u12"',
    ];
    await unchanged(fixture, async (given) => {
      for (const [method, path] of bodyRoutes(given)) {
        for (const body of bodies) expectProblem(await given.api.sendRaw(method, path, body), 400);
        expectProblem(await given.api.sendRaw(method, path, ''), 400);
        expectProblem(
          await given.api.sendRaw(
            method,
            path,
            Buffer.from('{"name":"\xff","email":"a@b"}', 'latin1'),
          ),
          400,
        );
      }
    });
  });

  core('a body of another type is 415, one over 100 kB is 413', async (fixture) => {
    const megabyte = JSON.stringify({ name: 'x'.repeat(1_000_000), email: 'a@b' });
    await unchanged(fixture, async (given) => {
      for (const [method, path] of bodyRoutes(given)) {
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/xml',
          'application/json; charset=latin1',
        ]) {
          expectProblem(await given.api.sendRaw(method, path, '{}', type), 415);
        }
        expectProblem(await given.api.sendRaw(method, path, megabyte), 413);
      }
      expectProblem(await given.api.sendRaw('POST', '/create/x/y', megabyte), 413);
    });
  });

  core('values of a wrong type are 400 and named', async (fixture) => {
    const wrong: readonly unknown[] = [null, 1, true, [], ['x'], {}, { toString: 'x' }];
    await unchanged(fixture, async ({ api, userId }) => {
      for (const value of wrong) {
        expectFields(await api.post('/users', { name: value, email: 'a@b' }), ['name']);
        expectFields(await api.post('/users', { name: 'x', email: value }), ['email']);
        expectFields(await api.patch(`/users/${userId}`, { name: value }), ['name']);
        expectFields(await api.patch(`/users/${userId}`, { email: value }), ['email']);
        expectFields(await api.post('/users/import', [{ name: value, email: 'a@b' }]), ['0.name']);
        expectFields(await api.post(`/users/${userId}/messages`, { body: value }), ['body']);
        expectFields(await api.post(`/users/${userId}/messages`, { body: 'x', tags: [value] }), [
          'tags.0',
        ]);
      }
      for (const into of [null, '1', '', 0, -1, 1.5, 2147483648, 2 ** 53, [], {}, true]) {
        expectFields(await api.post(`/users/${userId}/merge`, { into }), ['into']);
      }
      for (const tags of ['x', 1, {}, null]) {
        expectFields(await api.post(`/users/${userId}/messages`, { body: 'x', tags }), ['tags']);
      }
      for (const body of [null, 1, 'x', true, []])
        expectFields(await api.post('/users', body), ['']);
      for (const body of [null, 1, 'x', {}])
        expectFields(await api.post('/users/import', body), ['']);
    });
  });

  core('fields that are missing or unknown are 400 and named', async (fixture) => {
    await unchanged(fixture, async ({ api, userId }) => {
      expectFields(await api.post('/users', {}), ['name', 'email']);
      expectFields(await api.post('/users', { name: 'x', email: 'a@b', id: 7 }), ['id']);
      expectFields(await api.patch(`/users/${userId}`, {}), ['']);
      expectFields(await api.patch(`/users/${userId}`, { nmae: 'x', id: 7 }), ['nmae', 'id', '']);
      expectFields(await api.post(`/users/${userId}/messages`, { tags: [] }), ['body']);
      expectFields(await api.post(`/users/${userId}/messages`, { body: 'x', user_id: 1 }), [
        'user_id',
      ]);
      expectFields(await api.post(`/users/${userId}/merge`, {}), ['into']);
      const polluted = '{"name":"x","email":"a@b","__proto__":{"admin":true},"constructor":1}';
      expectFields(await api.sendRaw('POST', '/users', polluted), ['__proto__', 'constructor']);
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
    });
  });

  test('text that is too long or empty is 400', async (fixture) => {
    const [name, email] = ['x'.repeat(51), `${'x'.repeat(119)}@y`];
    await unchanged(fixture, async ({ api, userId }) => {
      for (const bad of [name, '😀'.repeat(51), 'é'.repeat(51), '', ' ', ' x', 'x ']) {
        expectFields(await api.post('/users', { name: bad, email: 'a@b' }), ['name']);
        expectFields(await api.patch(`/users/${userId}`, { name: bad }), ['name']);
        expectFields(
          await api.post(`/users/${userId}/messages`, { body: 'x', tags: ['ok', bad] }),
          ['tags.1'],
        );
        expectProblem(await api.get(`/users?name=${encodeURIComponent(bad)}`), 400);
        expectProblem(await api.get(`/messages?tag=${encodeURIComponent(bad)}`), 400);
      }
      for (const bad of [email, '', 'x', '@', 'x@', '@x', 'a@b@c', 'a b@c', ...SQL]) {
        expectFields(await api.post('/users', { name: 'x', email: bad }), ['email']);
        expectFields(await api.patch(`/users/${userId}`, { email: bad }), ['email']);
      }
      expectFields(await api.post(`/users/${userId}/messages`, { body: '' }), ['body']);
      expectFields(await api.post(`/users/${userId}/messages`, { body: 'x'.repeat(10_001) }), [
        'body',
      ]);
      const tags = Array.from({ length: 21 }, (_, i) => `tag${i}`);
      expectFields(await api.post(`/users/${userId}/messages`, { body: 'x', tags }), ['tags']);
    });
  });

  core('NUL bytes and lone surrogates are 400 in every string', async (fixture) => {
    await unchanged(fixture, async ({ api, userId }) => {
      for (const bad of [NUL, ...SURROGATES]) {
        expectFields(await api.post('/users', { name: bad, email: 'a@b' }), ['name']);
        expectFields(await api.post('/users', { name: 'x', email: `${bad}@b` }), ['email']);
        expectFields(await api.patch(`/users/${userId}`, { name: bad }), ['name']);
        expectFields(await api.post('/users/import', [{ name: bad, email: 'a@b' }]), ['0.name']);
        expectFields(await api.post(`/users/${userId}/messages`, { body: bad }), ['body']);
        expectFields(await api.post(`/users/${userId}/messages`, { body: 'x', tags: [bad] }), [
          'tags.0',
        ]);
      }
      for (const bad of ['a%00b', '%ED%A0%80', '%ff', '%zz', '%']) {
        expectProblem(await api.post(`/create/${bad}/x`), 400);
        expectProblem(await api.post(`/create/x/${bad}`), 400);
        expectProblem(await api.get(`/find/${bad}`), 400);
        expectProblem(await api.get(`/users?name=${bad}`), 400);
        expectProblem(await api.get(`/messages?tag=${bad}`), 400);
      }
    });
  });

  test('SQL in a filter, a page or an address changes and reveals nothing', async (fixture) => {
    await unchanged(fixture, async ({ api }) => {
      for (const sql of SQL) {
        const text = encodeURIComponent(sql);
        expect((await api.get(`/users?name=${text}`)).json()).toMatchObject({
          items: [],
          total: 0,
        });
        expect((await api.get(`/messages?tag=${text}`)).json()).toMatchObject({
          items: [],
          total: 0,
        });
        expect((await api.get(`/find/${text}`)).text).toBe('Not found');
        expectProblem(await api.get(`/users?page=${text}`), 400);
        expectProblem(await api.get(`/users?per_page=${text}`), 400);
        expectProblem(await api.get(`/stats/top-authors?limit=${text}`), 400);
      }
    });
  });

  core(
    'methods that a route does not know are 405, paths that nobody knows are 404',
    async (fixture) => {
      await unchanged(fixture, async ({ api, userId }) => {
        for (const [method, path, allow] of [
          ['DELETE', '/users', 'GET, HEAD, POST, OPTIONS'],
          ['PUT', `/users/${userId}`, 'GET, HEAD, PATCH, DELETE, OPTIONS'],
          ['GET', '/users/import', 'POST, OPTIONS'],
          ['POST', '/messages/export', 'GET, HEAD, OPTIONS'],
          ['GET', '/create/x/y', 'POST, OPTIONS'],
        ] as const) {
          const answer = await api.send(method, path);
          expectProblem(answer, 405);
          expect(answer.headers.get('allow')).toBe(allow);
        }
        for (const path of [
          '/nowhere',
          '/users/1/2/3',
          '/messages/1/tags',
          '/create/x',
          '/Users',
        ]) {
          expectProblem(await api.get(path), 404);
        }
      });
    },
  );
});

interface Given {
  readonly api: Client;
  readonly userId: number;
}

/** Runs bad requests on a database with something in it, then compares every row. */
async function unchanged(
  { api, probe, settled }: Fixture,
  ask: (given: Given) => Promise<void>,
): Promise<void> {
  const user = await api.createUser('ana');
  await api.createMessage(user.id, 'Hello!', ['a', 'b']);
  const before = await probe.snapshot();
  await ask({ api, userId: user.id });
  await settled();
  expect(await probe.snapshot()).toEqual(before);
}

/** Spellings that a careless parser takes for the id of a user who exists. */
function likenesses(id: number): string[] {
  const hex = `0x${id.toString(16)}`;
  return [
    `0${id}`,
    `+${id}`,
    `${id}.0`,
    `${id}e0`,
    hex,
    `%20${id}`,
    `${id}%20`,
    `${id}x`,
    `${id}%00`,
  ];
}

function bodyRoutes({ userId }: Given): [method: string, path: string][] {
  return [
    ['POST', '/users'],
    ['POST', '/users/import'],
    ['PATCH', `/users/${userId}`],
    ['POST', `/users/${userId}/merge`],
    ['POST', `/users/${userId}/messages`],
  ];
}

function expectFields(answer: Answer, fields: string[]): void {
  const problem = expectProblem(answer, 400);
  expect(problem.errors?.map(({ field }) => field)).toEqual(fields);
}
