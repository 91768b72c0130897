/** Tests of an app that leave nothing behind: `withTestIsolation`, with every style's own commits inside. */
import { withTestIsolation } from '@quartet/db-core/testing';
import type { ImportReport } from '@quartet/http-contract';
import type { PageBody, UserBody } from '../support/client';
import { suite } from '../support/suite';

export const isolation = suite('test isolation', (test) => {
  test('what the app commits is real to the app and gone afterwards', async ({
    api,
    engine,
    probe,
    settled,
  }) => {
    await probe.addUsers(1);
    const before = await probe.snapshot();
    await withTestIsolation(engine, async () => {
      const ana = await api.createUser('ana');
      await api.createMessage(ana.id, 'hello', ['greeting']);
      expect((await api.post('/users', { name: 'ana', email: 'other@localhost' })).status).toBe(
        409,
      );
      const rows = ['bo', 'ana', 'cy'].map((name) => ({ name, email: `${name}@example.org` }));
      const report = (await api.post('/users/import', rows)).json<ImportReport>();
      expect([report.imported, report.rejected.map(({ index }) => index)]).toEqual([2, [1]]);
      const { total } = (await api.get('/users')).json<PageBody<UserBody>>();
      expect(total).toBe(4);
      await settled();
    });
    expect(await probe.snapshot()).toEqual(before);
    await api.createUser('ana');
    expect(await probe.count('users')).toBe(2);
  });
});
