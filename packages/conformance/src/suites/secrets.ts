/** What an answer and a log must not show, and how much a request may bring. */
import { once } from 'node:events';
import { inspect } from 'node:util';
import { createEngine } from '@quartet/db-core';
import { TEST_PASSWORD } from '@quartet/testing';
import { freshDatabase } from '@quartet/testing';
import { AppProcess } from '../support/app-process';
import type { Answer } from '../support/client';
import { expectProblem } from '../support/client';
import { ON_SERVERS, suite, suiteWithOwnFixtures } from '../support/suite';
import { Wire } from '../support/wire';

/** A statement, a place in a source file. */
const STATEMENT = /\b(select|insert into|update|delete from)\b.*\b(from|values|set|where)\b/i;
const STACK = /^\s+at .*:\d+/m;

export const limits = suite('headers and limits', (test) => {
  test('every answer has the headers that helmet sets, and none tells what it runs on', async ({
    api,
    extra,
  }) => {
    const failing = extra.add(() => {
      throw new Error('not from the contract');
    });
    const answers = [
      await api.get('/'),
      await api.get('/users'),
      await api.get('/messages/export'),
      await api.get('/nowhere'),
      await api.get('/find/nobody'),
      await api.post('/users', { name: '' }),
      await api.sendRaw('POST', '/users', '{'),
    ];
    for (const { headers } of answers) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('strict-transport-security')).toContain('max-age=');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    }
    expect((await api.get(failing)).text).not.toContain('not from the contract');
  });

  test('headers beyond 16 kB are 431, a query of many parameters is 400, and neither costs a connection', async ({
    api,
    server,
    measure,
  }) => {
    const { meter } = await measure(async () => {
      const wire = await Wire.open(server);
      wire.send('GET', `/users?name=${'x'.repeat(20_000)}`);
      await wire.closed();
      expect(wire.received).toMatch(/^HTTP\/1.1 431 /);
      expectProblem(await api.get(`/users?${'a=1&'.repeat(50)}`), 400);
      expectProblem(await api.get(`/users?${'page=1&'.repeat(2)}`), 400);
    });
    expect(meter.counts.checkout).toBe(0);
  });

  test('a body above 100 kB is refused while it is still on its way', async ({ server, probe }) => {
    const over = once(server, 'connection');
    const wire = await Wire.open(server);
    await over;
    wire.send('POST', '/users', `{"name":"${'x'.repeat(150_000)}","email":"a@b"}`);
    await wire.until('413 Payload Too Large');
    await wire.leave();
    expect(await probe.count('users')).toBe(0);
  });
});

export const secrets = suiteWithOwnFixtures('secrets', (test) => {
  test('neither an answer nor a log tells the password, a statement or, to a client, a stack', async ({
    subject,
    engine,
  }) => {
    const { url, drop } = await freshDatabase(engine);
    const secret = withPassword(url);
    const app = await AppProcess.start(subject.server, secret);
    try {
      const answers = await everything(app);
      app.signal('SIGTERM');
      expect(await app.ended()).toBe(0);
      const said = answers.map(({ text, headers }) => text + inspect([...headers])).join('\n');
      expect(said).not.toContain(TEST_PASSWORD);
      expect(said).not.toMatch(STACK);
      expect(said.replaceAll(/"instance":"[^"]*"/g, '')).not.toMatch(STATEMENT);
      expect(app.output).not.toContain(TEST_PASSWORD);
      expect(app.output).not.toMatch(STATEMENT);
    } finally {
      await app.end();
      await drop();
    }
  }, 60_000);

  test(
    'an app that cannot reach its database names it without the password',
    async ({ subject, engine }) => {
      const away = new URL(engine === 'postgres' ? 'postgresql://h/x' : 'mysql://h/x');
      Object.assign(away, { host: '127.0.0.1:1', username: 'app', password: TEST_PASSWORD });
      const failure: unknown = await AppProcess.start(subject.server, away.href).catch(
        (error: unknown) => error,
      );
      expect(String(failure)).toMatch(/cannot start: .*127\.0\.0\.1:1/);
      expect(String(failure)).not.toContain(TEST_PASSWORD);
      const engineOf = createEngine(away.href);
      expect([String(engineOf), inspect(engineOf), JSON.stringify(engineOf)].join()).not.toContain(
        TEST_PASSWORD,
      );
    },
    { only: ON_SERVERS, timeoutMs: 60_000 },
  );
});

/** Requests of every kind, most of them wrong. */
async function everything({ api }: AppProcess): Promise<Answer[]> {
  const hostile = "'; DROP TABLE users; --";
  const user = { name: hostile, email: 'x@localhost' };
  const answers = [await api.post('/users', user), await api.post('/users', user)];
  for (const path of [
    '/',
    '/users',
    '/users/0',
    '/users/x',
    '/messages',
    '/nowhere',
    '/readyz',
    '/openapi.json',
    '/metrics',
  ])
    answers.push(await api.get(path));
  answers.push(
    await api.get(`/users?name=${encodeURIComponent(hostile)}&page=${encodeURIComponent(hostile)}`),
    await api.sendRaw('POST', '/users', '{"name":'),
    await api.post('/users', { name: 'a\0b', email: 'a@b' }),
    await api.post('/users', { name: '\ud800', email: 'a@b' }),
    await api.post('/users/import', [user, { name: 'y', email: 'y@localhost' }]),
    await api.post('/users/1/merge', { into: 999 }),
    await api.post('/create/%00/x'),
    await api.post(`/create/${encodeURIComponent(hostile)}/x@localhost`),
    await api.get('/%ff'),
    await api.patch('/users/999', { name: 'z' }),
    await api.delete('/users/2147483648'),
  );
  return answers;
}

/** The servers that tests start have it in their address; a file has none, so it is given one to keep. */
function withPassword(url: string): string {
  if (url.startsWith('sqlite:')) return url;
  const secret = new URL(url);
  if (secret.protocol === 'postgresql:') secret.password = TEST_PASSWORD;
  return secret.href;
}
