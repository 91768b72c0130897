/** Keys that no sequence gives: those the program sets, of which TypeORM's own loads and saves tell whether there is a row, and uuids. */
import { runInScope } from '@quartet/db-core';
import { bindTypeorm, createAll, dropAll, mapper, sessionManager } from '@quartet/db-typeorm';
import { onEachEngine } from '@quartet/conformance/binding';

class Page {
  constructor(
    public slug: string,
    public n: number,
  ) {}
}
mapper(Page, {
  tableName: 'pages',
  columns: { slug: { type: String, length: 50, primary: true }, n: { type: Number } },
});

class Token {
  readonly id!: string;
  constructor(public note: string) {}
}
mapper(Token, {
  tableName: 'tokens',
  columns: {
    id: { type: 'uuid', primary: true, generated: 'uuid' },
    note: { type: String, length: 50 },
  },
});

onEachEngine((fixture) => {
  test('a key may be a generated uuid', async () => {
    const dataSource = await bindTypeorm(fixture.engine, { entities: [Token] });
    await createAll(dataSource);
    const { Session } = fixture;
    await runInScope(async () => {
      const token = new Token('a');
      Session.add(token);
      await Session.commit();
      expect(token.id).toMatch(/^[0-9a-f-]{36}$/);
      expect(await Session.get(Token, token.id)).toMatchObject({ note: 'a' });
    });
    await dropAll(dataSource);
    await dataSource.destroy();
  });

  test('an object loaded or saved by TypeORM itself has a row', async () => {
    const dataSource = await bindTypeorm(fixture.engine, { entities: [Page] });
    await createAll(dataSource);
    const { Session } = fixture;
    await runInScope(async () => {
      const saved = await sessionManager(dataSource, Session()).save(new Page('a', 1));
      const loaded = await dataSource.getRepository(Page).findOneByOrFail({ slug: 'a' });
      for (const page of [saved, loaded]) {
        Session.add(page);
        expect([Session.new, Session.dirty]).toEqual([[], []]);
      }
      Session.delete(loaded);
      await Session.commit();
      expect(await Session.query(Page).count()).toBe(0);
      expect(() => Session.delete(new Page('b', 1))).toThrow(/was never saved/);
    });
    await dropAll(dataSource);
    await dataSource.destroy();
  });
});
