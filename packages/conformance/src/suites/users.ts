/** `/users`: create, read, change, delete. */
import type { PageBody, UserBody } from '../support/client';
import { expectProblem } from '../support/client';
import { suite } from '../support/suite';

export const users = suite('users', (test) => {
  test('a new user is answered with its id and address, and is in the database', async ({
    api,
    probe,
  }) => {
    const answer = await api.post('/users', { name: 'admin', email: 'admin@localhost' });
    expect(answer.status).toBe(201);
    const user = answer.json<UserBody>();
    expect(user).toEqual({
      id: expect.any(Number) as number,
      name: 'admin',
      email: 'admin@localhost',
    });
    expect(answer.headers.get('location')).toBe(`/users/${user.id}`);
    expect(await probe.rows('SELECT * FROM users')).toEqual([user]);
    expect((await api.get(`/users/${user.id}`)).json()).toEqual(user);
  });

  test('users are listed by id, and found by their exact name', async ({ api }) => {
    for (const name of ['zoe', 'Ana', 'ana', 'bob']) await api.createUser(name);
    const { items } = (await api.get('/users')).json<PageBody<UserBody>>();
    expect(items.map(({ name }) => name)).toEqual(['zoe', 'Ana', 'ana', 'bob']);
    expect(items.map(({ id }) => id)).toEqual(items.map(({ id }) => id).sort((a, b) => a - b));
    const found = (await api.get('/users?name=ana')).json<PageBody<UserBody>>();
    expect(found).toMatchObject({ items: [{ name: 'ana' }], total: 1, pages: 1 });
    const nobody = (await api.get('/users?name=an')).json<PageBody<UserBody>>();
    expect(nobody).toMatchObject({ items: [], total: 0, pages: 0 });
  });

  test('a taken name or e-mail is a conflict, leaves nothing, and the next request goes well', async ({
    api,
    probe,
  }) => {
    await api.createUser('admin');
    const before = await probe.snapshot();
    const problem = expectProblem(
      await api.post('/users', { name: 'admin', email: 'other@localhost' }),
      409,
    );
    expect(problem.type).toBe('urn:quartet:problem:duplicate');
    expectProblem(await api.post('/users', { name: 'other', email: 'admin@localhost' }), 409);
    expect(await probe.snapshot()).toEqual(before);
    await api.createUser('other');
    expect(await probe.count('users')).toBe(2);
  });

  test('names that differ in case or accent are different names on every database', async ({
    api,
    probe,
  }) => {
    for (const [i, name] of ['ana', 'Ana', 'aná'].entries())
      await api.createUser(name, `${i}@localhost`);
    await api.createUser('x1', 'Ana@localhost');
    await api.createUser('x2', 'ana@localhost');
    expect(await probe.count('users')).toBe(5);
  });

  test('fifty characters are fifty characters, whatever they are, and come back unchanged', async ({
    api,
    probe,
  }) => {
    for (const character of ['x', 'é', '語', '😀']) {
      const user = await api.createUser(character.repeat(50), `${character}@localhost`);
      expect((await api.get(`/users/${user.id}`)).json<UserBody>().name).toBe(character.repeat(50));
      const [row] = await probe.rows('SELECT name FROM users WHERE id = ?', [user.id]);
      expect(row).toEqual({ name: character.repeat(50) });
    }
    await api.createUser('longest', `${'x'.repeat(118)}@y`);
  });

  test('SQL in a name is a name', async ({ api, probe }) => {
    const names = [
      "Robert'); DROP TABLE users;--",
      "x' OR '1'='1",
      '"; DELETE FROM users; --',
      '\\',
      '?',
      ':1',
      '$1',
      '%',
      '_',
    ];
    for (const [i, name] of names.entries()) {
      const user = await api.createUser(name, `${i}@localhost`);
      const found = await api.get(`/users?name=${encodeURIComponent(name)}`);
      expect(found.json<PageBody<UserBody>>().items).toEqual([user]);
    }
    expect(await probe.count('users')).toBe(names.length);
    const text = await probe.rows('SELECT name FROM users ORDER BY id');
    expect(text.map(({ name }) => name)).toEqual(names);
  });

  test('a change sets what it names and nothing else', async ({ api, probe }) => {
    const { id } = await api.createUser('admin');
    const renamed = await api.patch(`/users/${id}`, { name: 'root' });
    expect([renamed.status, renamed.json()]).toEqual([
      200,
      { id, name: 'root', email: 'admin@localhost' },
    ]);
    const moved = await api.patch(`/users/${id}`, { email: 'root@localhost' });
    expect(moved.json()).toEqual({ id, name: 'root', email: 'root@localhost' });
    const both = await api.patch(`/users/${id}`, { name: 'a', email: 'a@b' });
    expect(both.json()).toEqual({ id, name: 'a', email: 'a@b' });
    expect(await probe.rows('SELECT * FROM users')).toEqual([{ id, name: 'a', email: 'a@b' }]);
  });

  test('a change to what is there already succeeds', async ({ api }) => {
    const { id } = await api.createUser('admin');
    const same = await api.patch(`/users/${id}`, { name: 'admin', email: 'admin@localhost' });
    expect([same.status, same.json()]).toEqual([
      200,
      { id, name: 'admin', email: 'admin@localhost' },
    ]);
  });

  test("a change to another's name or e-mail is a conflict and changes nothing", async ({
    api,
    probe,
  }) => {
    await api.createUser('admin');
    const { id } = await api.createUser('guest');
    const before = await probe.snapshot();
    expectProblem(await api.patch(`/users/${id}`, { name: 'admin', email: 'new@localhost' }), 409);
    expectProblem(await api.patch(`/users/${id}`, { name: 'new', email: 'admin@localhost' }), 409);
    expect(await probe.snapshot()).toEqual(before);
    expect((await api.patch(`/users/${id}`, { name: 'new' })).status).toBe(200);
  });

  test('a deleted user is gone, and its messages and their tag links with it', async ({
    api,
    probe,
  }) => {
    const gone = await api.createUser('gone');
    const stays = await api.createUser('stays');
    await api.createMessage(gone.id, 'one', ['a', 'b']);
    const kept = await api.createMessage(stays.id, 'two', ['a']);
    expect((await api.delete(`/users/${gone.id}`)).status).toBe(204);
    expectProblem(await api.get(`/users/${gone.id}`), 404);
    expectProblem(await api.delete(`/users/${gone.id}`), 404);
    const { users, messages, tags, message_tags: links } = await probe.snapshot();
    expect(users.map(({ id }) => id)).toEqual([stays.id]);
    expect(messages.map(({ id }) => id)).toEqual([kept.id]);
    expect([tags.length, links.length]).toEqual([2, 1]);
  });

  test('unknown ids are 404, whatever is asked of them', async ({ api }) => {
    expectProblem(await api.get('/users/2147483647'), 404);
    expectProblem(await api.patch('/users/2147483647', { name: 'x' }), 404);
    expectProblem(await api.delete('/users/2147483647'), 404);
    expectProblem(await api.get('/users/2147483647/messages'), 404);
  });

  test('HEAD answers as GET does, without the body', async ({ api }) => {
    const { id } = await api.createUser('admin');
    const [head, got] = [await api.send('HEAD', `/users/${id}`), await api.get(`/users/${id}`)];
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers.get('content-length')).toBe(got.headers.get('content-length'));
    expect((await api.send('HEAD', '/users/2147483647')).status).toBe(404);
  });
});
