import { createApp } from '../../src/recipes/soft-delete';
import { onEachEngine, statusesOf } from './support';

onEachEngine(createApp, (stage) => {
  const status = async (method: string, path: string) => (await stage.ask(method, path)).status;
  const titles = async () =>
    (await stage.ask<{ title: string }[]>('GET', '/notes')).body.map(({ title }) => title);

  test('a note that is deleted by two at once is deleted once, and stays in the table', async () => {
    expect(await status('POST', '/notes/plan')).toBe(201);
    const both = [1, 2].map(() => stage.ask('DELETE', '/notes/1'));
    expect(statusesOf(await Promise.all(both))).toEqual([204, 404]);
    expect(await titles()).toEqual([]);
    expect(await stage.stored('select title from notes')).toEqual(['plan']);
  });

  test('its title is free again, however often, and taken while one lives', async () => {
    expect(await status('POST', '/notes/plan')).toBe(201);
    expect(await status('POST', '/notes/plan')).toBe(409);
    const [id] = await stage.stored('select id from notes where deleted = 0');
    expect(await status('DELETE', `/notes/${id}`)).toBe(204);
    expect(await status('POST', '/notes/plan')).toBe(201);
    expect(await titles()).toEqual(['plan']);
    expect(await stage.stored('select title from notes where deleted <> 0')).toHaveLength(2);
  });

  test('a note comes back, unless its title is taken', async () => {
    expect(await status('POST', '/deleted-notes/1/restore')).toBe(409);
    expect(await titles()).toEqual(['plan']);
    const [id] = await stage.stored('select id from notes where deleted = 0');
    expect(await status('DELETE', `/notes/${id}`)).toBe(204);
    expect(await status('POST', '/deleted-notes/1/restore')).toBe(204);
    expect(await status('POST', '/deleted-notes/1/restore')).toBe(404);
    expect(await stage.stored('select id from notes where deleted = 0')).toEqual([1]);
  });
});
