/** The recipe "tests": how the tests of an app may look. */
import type { TestIsolation } from '@quartet/db-core/testing';
import { beginTestIsolation, withTestIsolation } from '@quartet/db-core/testing';
import { createApp } from '../../src/recipes/optimistic-lock';
import { onEachEngine, statusesOf } from './support';

onEachEngine(createApp, (stage) => {
  const bodies = () => stage.stored('select body from pages');

  describe('pages', () => {
    // #region each
    let isolation: TestIsolation;
    beforeEach(async () => {
      isolation = await beginTestIsolation(stage.engine);
    });
    afterEach(() => isolation.end());

    test.each(['one', 'another'])('%s test writes a page, which is its only one', async (body) => {
      const made = await stage.ask('POST', '/pages', { body });
      expect(made.status).toBe(201); // the handler has committed …
      expect((await stage.ask('GET', `/pages/${made.body.id}`)).body.body).toBe(body);
      expect(await bodies()).toEqual([body]);
    }); // … and afterwards nothing of it is there

    test('a conflict is answered with 409, and what came before it stays', async () => {
      const { id } = (await stage.ask('POST', '/pages', { body: 'first' })).body;
      const save = (body: string) => stage.ask('PUT', `/pages/${id}`, { body, version: 1 });
      const answers = await Promise.all([save('a'), save('b')]);
      expect(statusesOf(answers)).toEqual([200, 409]);
    });
    // #endregion
  });

  test('a test that fails in the middle leaves nothing either', async () => {
    // #region one
    const failing = withTestIsolation(stage.engine, async () => {
      await stage.ask('POST', '/pages', { body: 'first' });
      expect(await bodies()).toEqual(['second']);
    });
    // #endregion
    await expect(failing).rejects.toThrow(/first/);
    expect(await bodies()).toEqual([]);
  });
});
