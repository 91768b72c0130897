/** The column that says when a row was changed last. */
import { runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindTypeorm, createAll, dropAll, utcDateTime } from '@quartet/db-typeorm';
import { onEachEngine } from '@quartet/conformance/binding';
import type { DataSource, Repository } from 'typeorm';
import { Column, Entity, EntitySchema, Not, PrimaryGeneratedColumn } from 'typeorm';

interface Edited {
  id: number;
  title: string;
  n: number;
  editedAt: Date;
}

class Page implements Edited {
  id!: number;
  title!: string;
  n!: number;
  editedAt!: Date;
}

const editedAt = () => utcDateTime({ defaultNow: true, onUpdateNow: true, name: 'edited_at' });

const pages = new EntitySchema<Page>({
  name: 'Page',
  target: Page,
  columns: {
    id: { type: Number, primary: true, generated: true },
    title: { type: String, length: 100 },
    n: { type: Number, default: 0 },
    editedAt: editedAt(),
  },
});

@Entity()
class Note implements Edited {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: String, length: 100 }) title!: string;
  @Column({ type: Number, default: 0 }) n!: number;
  @Column(editedAt()) editedAt!: Date;
}

const LONG_AGO = new Date('2001-02-03T04:05:06.789Z');

onEachEngine((fixture) => {
  let dataSource: DataSource;
  beforeEach(async () => {
    dataSource = await bindTypeorm(fixture.engine, { entities: [pages, Note] });
    await createAll(dataSource);
  });
  afterEach(async () => {
    await dropAll(dataSource);
    await dataSource.destroy();
  });

  test.each([Page, Note])('of %p is set at each update, whoever sends it', async (target) => {
    const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
    const repository = dataSource.getRepository(target) as Repository<Edited>;
    const stored = () => repository.findOneOrFail({ where: {} });
    const isNow = async (): Promise<Edited> => {
      expect(Date.now() - (await stored()).editedAt.getTime()).toBeLessThan(60_000);
      // A value that is given is kept, and makes the row old for what comes next.
      await repository.update({ n: Not(-1) }, { editedAt: LONG_AGO });
      const old = await stored();
      expect(old.editedAt).toEqual(LONG_AGO);
      return old;
    };
    await repository.save(repository.create({ title: 'a' }));
    const page = await isNow();
    await repository.save({ ...page, title: 'b' }); // no object of the class
    const again = await isNow();
    again.title = 'c';
    await repository.save(again);
    expect(again.editedAt.getTime()).toBeGreaterThan(LONG_AGO.getTime());
    const unchanged = await isNow();
    await repository.save(unchanged);
    expect((await stored()).editedAt).toEqual(LONG_AGO);
    await repository.update({ title: 'c' }, { title: 'd' });
    await isNow();
    await repository.increment({ title: 'd' }, 'n', 1);
    await isNow();
    await runInScope(async () => {
      await Session.query(target).filterBy({ title: 'd' }).update({ title: 'e' });
      await Session.commit();
    });
    await isNow();
    await runInScope(async () => {
      const found = await Session.query(target).one();
      found.title = 'f';
      Session.add(found);
      await Session.commit();
    });
    const last = await isNow();
    last.editedAt = new Date('2002-03-04T05:06:07.008Z');
    await repository.save(last);
    expect((await stored()).editedAt).toEqual(new Date('2002-03-04T05:06:07.008Z'));
  });
});
