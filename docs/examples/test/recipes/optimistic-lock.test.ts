import { runInScope } from '@quartet/db-core';
import { createApp, Page, Session } from '../../src/recipes/optimistic-lock';
import { onEachEngine, statusesOf } from './support';

onEachEngine(createApp, (stage) => {
  const save = (body: string, version: unknown) => stage.ask('PUT', '/pages/1', { body, version });
  beforeAll(() => stage.ask('POST', '/pages', { body: 'first' }));

  test('of many who save what they have read at once, one is told that it is saved, and it is', async () => {
    const { body: read } = await stage.ask('GET', '/pages/1');
    expect(read).toEqual({ id: 1, body: 'first', version: 1 });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((body) => save(body, read.version)));
    expect(statusesOf(answers)).toEqual([200, 409, 409, 409]);
    const saved = answers.find(({ status }) => status === 200);
    expect((await stage.ask('GET', '/pages/1')).body).toEqual(saved?.body);
    expect(saved?.body.version).toBe(2);
  });

  test('who is told so reads again and saves then', async () => {
    const late = await save('late', 1);
    expect(late.status).toBe(409);
    expect(late.body.detail).toBe('The page was changed: version 2 is the last.');
    expect((await save('late', 2)).status).toBe(200);
    expect(await stage.stored('select body from pages')).toEqual(['late']);
  });

  test('without a version, or for a page that is not there, nothing is written', async () => {
    expect((await save('blind', undefined)).status).toBe(400);
    const none = await stage.ask('PUT', '/pages/7', { body: 'x', version: 1 });
    expect(none.status).toBe(404);
    expect((await stage.ask('PUT', '/pages/x', { body: 'x', version: 1 })).status).toBe(400);
    expect(await stage.stored('select body from pages')).toEqual(['late']);
  });

  test('without the version in the statement the last one wins, and nobody is told', async () => {
    const edit = async (text: string, meanwhile = async (): Promise<void> => undefined) => {
      // #region by-hand
      const page = await Page.query.getOr404(1);
      await Session.release();
      await meanwhile(); // somebody thinks about the text
      page.body = `${page.body}, ${text}`;
      Session.add(page);
      await Session.commit();
      // #endregion
    };
    await runInScope(() => edit('mine', () => runInScope(() => edit('yours'))));
    expect(await stage.stored('select body from pages')).toEqual(['late, mine']);
  });
});
