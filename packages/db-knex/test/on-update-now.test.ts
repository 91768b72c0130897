/** The column that says when a row was changed last. */
import { ArgumentError, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex, mapTable, primaryId, utcDateTime } from '@quartet/db-knex';
import { onEachEngine } from '@quartet/conformance/binding';

class Page {
  id!: number;
  title!: string;
  editedAt!: Date;
}

const mapping = {
  table: 'pages',
  columns: { id: true, title: true, editedAt: 'edited_at' },
  onUpdateNow: ['editedAt'],
} as const;
const LONG_AGO = new Date('2001-02-03T04:05:06.789Z');

onEachEngine((fixture) => {
  test('is set at each update of the session', async () => {
    const knex = bindKnex(fixture.engine);
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    mapTable(knex, Page, mapping);
    await knex.schema.createTable('pages', (table) => {
      primaryId(knex, table);
      table.string('title', 100);
      utcDateTime(knex, table, 'edited_at', { defaultNow: true });
    });
    try {
      await runInScope(async () => {
        const pages = () => Session.query(Page);
        const page = Object.assign(new Page(), { title: 'a' });
        Session.add(page);
        await Session.commit();
        const isNow = async (): Promise<Page> => {
          expect(Date.now() - (await pages().one()).editedAt.getTime()).toBeLessThan(60_000);
          await pages().update({ editedAt: LONG_AGO }); // a value that is given is kept
          const old = await pages().one();
          expect(old.editedAt).toEqual(LONG_AGO);
          return old;
        };
        const old = await isNow();
        Session.add(old);
        old.title = 'b';
        await Session.flush();
        expect(old.editedAt).toEqual((await pages().one()).editedAt);
        await Session.commit();
        const unchanged = await isNow();
        Session.add(unchanged);
        await Session.commit();
        expect((await pages().one()).editedAt).toEqual(LONG_AGO);
        await pages().filterBy({ title: 'b' }).update({ title: 'c' });
        await Session.commit();
        await isNow();
      });
    } finally {
      await knex.schema.dropTable('pages');
    }
  });

  test('is a column', () => {
    const wrong = { ...mapping, onUpdateNow: ['edited_at'] } as never;
    const map = (): void => mapTable(bindKnex(fixture.engine), Page, wrong);
    expect(map).toThrow(ArgumentError);
    expect(map).toThrow(/onUpdateNow: \['edited_at'\], which is none of its columns/);
  });
});
