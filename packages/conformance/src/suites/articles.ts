/** The third article's routes, with its exact texts, and what it says of the session after a duplicate. */
import { expectProblem } from '../support/client';
import { suite } from '../support/suite';

export const articles = suite('the articles’ routes', (test) => {
  test('create says what was created, find finds it', async ({ api, probe }) => {
    const created = await api.post('/create/admin/admin@localhost');
    expect([created.status, created.text]).toEqual([201, 'Created account for admin']);
    expect(created.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await probe.rows('SELECT name, email FROM users')).toEqual([
      { name: 'admin', email: 'admin@localhost' },
    ]);
    const found = await api.get('/find/admin');
    expect([found.status, found.text]).toEqual([200, 'Found: admin']);
    expect(found.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  test('find says when there is nobody', async ({ api }) => {
    const missing = await api.get('/find/nobody');
    expect([missing.status, missing.text]).toEqual([404, 'Not found']);
    expect(missing.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    await api.createUser('admin');
    for (const almost of ['ADMIN', 'adm', 'adm%25', 'adm_n']) {
      const { text } = await api.get(`/find/${almost}`);
      expect({ almost, text }).toEqual({ almost, text: 'Not found' });
    }
  });

  test('a duplicate name or contact fails, leaves nothing, and the next request goes well', async ({
    api,
    probe,
  }) => {
    await api.post('/create/admin/admin@localhost');
    for (const path of ['/create/admin/other', '/create/other/admin@localhost']) {
      const failed = await api.post(path);
      expect([failed.status, failed.text]).toEqual([409, 'Creation failed']);
      expect(failed.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    }
    expect(await probe.count('users')).toBe(1);
    expect((await api.post('/create/other/other')).text).toBe('Created account for other');
  });

  test('after a duplicate is rolled back the same session is usable at once', async ({
    api,
    extra,
    subject,
    probe,
  }) => {
    const { queries } = subject;
    const path = extra.add(async (_req, res) => {
      const session = await extra.session();
      const results = [
        await queries.createAccount('admin', 'admin@localhost'),
        await queries.createAccount('admin', 'again'),
        await queries.createAccount('guest', 'guest'),
        (await queries.findAccount('guest'))?.name,
        (await extra.session()) === session,
      ];
      res.json(results);
    });
    expect((await api.post(path)).json()).toEqual([true, false, true, 'guest', true]);
    expect(await probe.count('users')).toBe(2);
  });

  test('names and contacts in the path may be any text', async ({ api }) => {
    for (const name of ['Ana María', 'a/b', "O'Brien; DROP TABLE users", '😀', '100%', 'a?b#c']) {
      const text = encodeURIComponent(name);
      expect((await api.post(`/create/${text}/${text}`)).text).toBe(`Created account for ${name}`);
      expect((await api.get(`/find/${text}`)).text).toBe(`Found: ${name}`);
    }
  });

  test('names that no column holds are refused', async ({ api, probe }) => {
    expectProblem(await api.post(`/create/${'x'.repeat(51)}/y`), 400);
    expectProblem(await api.post(`/create/x/${'y'.repeat(121)}`), 400);
    expectProblem(await api.get(`/find/${'x'.repeat(51)}`), 400);
    expectProblem(await api.get('/find/a%00b'), 400);
    expect(await probe.count('users')).toBe(0);
  });
});
