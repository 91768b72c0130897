/** `POST /users/:id/merge`: all or nothing. */
import type { UserBody } from '../support/client';
import { expectProblem } from '../support/client';
import { suite } from '../support/suite';

export const merge = suite('merge', (test) => {
  test('the messages move to the other user and the first is gone', async ({ api, probe }) => {
    const [from, into] = [await api.createUser('old'), await api.createUser('new')];
    await api.createMessage(from.id, 'one', ['t']);
    await api.createMessage(into.id, 'two');
    const answer = await api.post(`/users/${from.id}/merge`, { into: into.id });
    expect([answer.status, answer.json()]).toEqual([200, into]);
    const { users, messages, message_tags: links } = await probe.snapshot();
    expect(users.map(({ id }) => id)).toEqual([into.id]);
    expect(messages.map(({ body, user_id: owner }) => [body, owner])).toEqual([
      ['one', into.id],
      ['two', into.id],
    ]);
    expect(links).toHaveLength(1);
  });

  test('an unknown user on either side is 404 and changes nothing', async ({ api, probe }) => {
    const user = await api.createUser('ana');
    await api.createMessage(user.id, 'x');
    const before = await probe.snapshot();
    expectProblem(await api.post(`/users/${user.id}/merge`, { into: 2147483647 }), 404);
    expectProblem(await api.post('/users/2147483647/merge', { into: user.id }), 404);
    expect(await probe.snapshot()).toEqual(before);
  });

  test('a user is not merged into itself', async ({ api, probe }) => {
    const user = await api.createUser('ana');
    const problem = expectProblem(
      await api.post(`/users/${user.id}/merge`, { into: user.id }),
      400,
    );
    expect(problem.errors).toEqual([{ field: 'into', message: 'must be another user' }]);
    expect(await probe.count('users')).toBe(1);
  });

  test('a failure at its last step leaves both users and all messages as they were', async ({
    api,
    probe,
  }) => {
    const [from, into] = [await api.createUser('old'), await api.createUser('new')];
    await api.createMessage(from.id, 'x', ['t']);
    const before = await probe.snapshot();
    await probe.sabotaged(async () => {
      expectProblem(await api.post(`/users/${from.id}/merge`, { into: into.id }), 409);
    });
    expect(await probe.snapshot()).toEqual(before);
    expect((await api.post(`/users/${from.id}/merge`, { into: into.id })).status).toBe(200);
  });

  test('no message that was answered 201 is lost when its author is merged at the same moment', async ({
    api,
    probe,
  }) => {
    const into = await api.createUser('into');
    let written = 0;
    for (let round = 0; round < 8; round++) {
      const from = await api.createUser(`from${round}`);
      const writing = Array.from({ length: 8 }, (_, i) =>
        api.post(`/users/${from.id}/messages`, { body: `${round}.${i}` }),
      );
      const merging = api.post(`/users/${from.id}/merge`, { into: into.id });
      for (const answer of await Promise.all(writing)) {
        // A writer may come too late (404), or be overtaken between its check and its insert (409).
        if (answer.status === 201) written++;
        else expectProblem(answer, [404, 409, 503]);
      }
      expect((await merging).json<UserBody>()).toEqual(into);
    }
    expect(await probe.count('messages', 'user_id = ?', [into.id])).toBe(written);
    expect(await probe.count('messages')).toBe(written);
    expect(await probe.count('users')).toBe(1);
  });

  test('of two merges of one user at the same moment one wins', async ({ api, probe }) => {
    const [a, b, c] = [
      await api.createUser('a'),
      await api.createUser('b'),
      await api.createUser('c'),
    ];
    await api.createMessage(a.id, 'x');
    const answers = await Promise.all(
      [b, c].map(({ id }) => api.post(`/users/${a.id}/merge`, { into: id })),
    );
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    expect([await probe.count('messages'), await probe.count('users')]).toEqual([1, 2]);
  });
});
