import { IntegrityError, runInScope } from '@quartet/db-core';
import { createApp, Session, Tag } from '../../src/recipes/upsert';
import { onEachEngine, statusesOf } from './support';

onEachEngine(createApp, (stage) => {
  const times = (count: number, path: (i: number) => string) =>
    Promise.all(Array.from({ length: count }, (_, i) => stage.ask('PUT', path(i))));

  test('many who ask for one tag at once get one row, which one of them has made', async () => {
    const answers = await times(8, () => '/tags/news');
    const [{ body: tag } = { body: undefined }] = answers;
    for (const { body } of answers) expect(body).toEqual(tag);
    expect(statusesOf(answers)).toEqual([...Array(7).fill(200), 201]);
    expect(await stage.stored('select name from tags')).toEqual(['news']);
  });

  test('many who set one setting at once leave one row, with the value of the last', async () => {
    const answers = await times(8, (i) => `/settings/ana/theme/${i}`);
    expect(statusesOf(answers)).toEqual([...Array(7).fill(200), 201]);
    const [value, ...more] = await stage.stored<string>('select value from settings');
    expect(more).toEqual([]);
    expect(answers.map(({ body }) => body.value)).toContain(value);

    expect((await stage.ask('PUT', '/settings/ana/theme/dark')).status).toBe(200);
    expect((await stage.ask('PUT', '/settings/bo/theme/light')).status).toBe(201);
    expect(await stage.stored('select value from settings order by owner')).toEqual([
      'dark',
      'light',
    ]);
  });

  test('who looks first and inserts then finds the row of another', async () => {
    // #region by-hand
    const addUnlessThere = async (meanwhile: () => Promise<void>) => {
      if (await Session.query(Tag).filterBy({ name: 'sport' }).first()) return;
      await meanwhile();
      Session.add(Object.assign(new Tag(), { name: 'sport' }));
      await Session.commit();
    };
    const second = () => runInScope(() => addUnlessThere(async () => undefined));
    const first = runInScope(() => addUnlessThere(second));
    await expect(first).rejects.toThrow(IntegrityError); // both have looked, and found none
    // #endregion
  });
});
