/** `POST /users/import`: one transaction, one savepoint a row. */
import { once } from 'node:events';
import { expectProblem } from '../support/client';
import { suite } from '../support/suite';

const row = (name: string, email = `${name}@localhost`) => ({ name, email });
const REASON = 'The name or the e-mail is already taken.';

export const importing = suite('import', (test) => {
  test('all rows that are free are kept, those that are taken are reported', async ({
    api,
    probe,
  }) => {
    await api.createUser('taken');
    const rows = [
      row('a'),
      row('taken', 'new@localhost'),
      row('b'),
      row('c', 'taken@localhost'),
      row('a'),
      row('d'),
    ];
    const answer = await api.post('/users/import', rows);
    expect([answer.status, answer.json()]).toEqual([
      200,
      { imported: 3, rejected: [1, 3, 4].map((index) => ({ index, reason: REASON })) },
    ]);
    const names = (await probe.snapshot()).users.map(({ name }) => name);
    expect(names).toEqual(['taken', 'a', 'b', 'd']);
  });

  test('an import of nothing imports nothing', async ({ api }) => {
    expect((await api.post('/users/import', [])).json()).toEqual({ imported: 0, rejected: [] });
  });

  test('an import of which every row is taken leaves nothing behind', async ({ api, probe }) => {
    await api.createUser('taken');
    const answer = await api.post('/users/import', [row('taken'), row('taken')]);
    expect(answer.json()).toMatchObject({ imported: 0, rejected: [{ index: 0 }, { index: 1 }] });
    expect(await probe.count('users')).toBe(1);
  });

  test('one row that is not valid refuses the whole import before anything is written', async ({
    api,
    probe,
  }) => {
    const problem = expectProblem(
      await api.post('/users/import', [row('a'), row('b', 'no address')]),
      400,
    );
    expect(problem.errors).toEqual([{ field: '1.email', message: 'must be an e-mail address' }]);
    expect(await probe.count('users')).toBe(0);
  });

  test('it is one transaction with a savepoint for each row', async ({ api, measure }) => {
    const rows = Array.from({ length: 10 }, (_, i) => row(`user${i}`));
    const { meter } = await measure(() => api.post('/users/import', rows));
    expect(meter.counts).toMatchObject({ begin: 1, commit: 1 });
    expect(meter.counts.savepoint).toBeGreaterThanOrEqual(18); // each set and released; BEGIN may stand for the first
  });

  test('an error that is not the row’s fault undoes the whole import', async ({ api, probe }) => {
    await probe.sabotaged(async () => {
      expectProblem(await api.post('/users/import', [row('a'), row('boom'), row('b')]), 409);
    });
    expect(await probe.count('users')).toBe(0);
    expect((await api.post('/users/import', [row('a'), row('boom')])).json()).toMatchObject({
      imported: 2,
    });
  });

  test('an import whose client leaves in the middle leaves nothing, unless it was through', async (fixture) => {
    const { api, probe, engine, settled } = fixture;
    const rows = Array.from({ length: 1_000 }, (_, i) => row(`user${i}`));
    const begun = once(engine, 'savepoint');
    const request = api.start('POST', '/users/import', rows);
    await begun;
    await request.abort();
    await settled();
    const left = await probe.count('users');
    // A synchronous driver runs the whole import before the event loop can hear of the abort.
    expect(fixture.engineName === 'sqlite' && left === rows.length ? 0 : left).toBe(0);
    await api.createUser('next');
  });
});
