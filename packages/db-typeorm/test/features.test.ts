/** What TypeORM's own documentation promises, on a bound DataSource. */
import { outsideScope, runInScope } from '@quartet/db-core';
import { bindTypeorm, createAll, dropAll } from '@quartet/db-typeorm';
import type {
  DataSource,
  EntitySubscriberInterface,
  InsertEvent,
  MigrationInterface,
  QueryRunner,
  Repository,
} from 'typeorm';
import { EntitySchema, EventSubscriber, QueryFailedError } from 'typeorm';
import { onEachEngine } from '@quartet/conformance/binding';

class Author {
  id!: number;
  email!: string;
  deletedAt!: Date | null;
  books?: Book[];

  constructor(email?: string) {
    if (email !== undefined) this.email = email;
  }

  domain(): string | undefined {
    return this.email.split('@')[1];
  }
}

class Book {
  id!: number;
  title!: string;
  version!: number;
  author!: Author;

  constructor(title?: string) {
    if (title !== undefined) this.title = title;
  }
}

const authors = new EntitySchema<Author>({
  name: 'Author',
  target: Author,
  tableName: 'authors',
  columns: {
    id: { type: Number, primary: true, generated: true },
    email: { type: String, length: 190, unique: true },
    deletedAt: { type: Date, deleteDate: true, nullable: true },
  },
  relations: {
    books: { type: 'one-to-many', target: () => Book, inverseSide: 'author', cascade: true },
  },
});
const books = new EntitySchema<Book>({
  name: 'Book',
  target: Book,
  tableName: 'books',
  columns: {
    id: { type: Number, primary: true, generated: true },
    title: { type: String, length: 100 },
    version: { type: Number, version: true },
  },
  indices: [{ name: 'ix_title', columns: ['title'] }],
  relations: {
    author: {
      type: 'many-to-one',
      target: () => Author,
      inverseSide: 'books',
      onDelete: 'CASCADE',
      nullable: false,
    },
  },
});

const events: string[] = [];

@EventSubscriber()
class Subscriber implements EntitySubscriberInterface<Author> {
  listenTo(): typeof Author {
    return Author;
  }

  afterInsert({ entity }: InsertEvent<Author>): void {
    events.push(`inserted ${entity.email}`);
  }
}

class First1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE migrated (id integer primary key)');
    await runner.query('INSERT INTO migrated VALUES (1)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE migrated');
  }
}

class Failing1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("INSERT INTO authors (email) VALUES ('migration')");
    await runner.query('SELECT nonsense FROM authors');
  }

  async down(): Promise<void> {}
}

onEachEngine((fixture) => {
  let dataSource: DataSource;
  let repository: Repository<Author>;

  beforeAll(async () => {
    dataSource = await bindTypeorm(fixture.engine, {
      entities: [authors, books],
      subscribers: [Subscriber],
      migrations: [First1700000000001],
    });
    repository = dataSource.getRepository(Author);
  });
  beforeEach(() => createAll(dataSource));
  afterEach(async () => {
    await dropAll(dataSource);
    expect(fixture.engine.status().inUse).toBe(0);
  });
  afterAll(() => dataSource.destroy());
  const emails = async (): Promise<unknown[]> =>
    (await fixture.engine.execute('select email from authors order by email')).scalars();

  describe.each([
    ['outside scopes', <T>(fn: () => Promise<T>) => fn()],
    ['inside a scope', runInScope],
  ])('%s', (_where, run) => {
    test('saves in cascade, loads with relations, keeps methods', () =>
      run(async () => {
        const author = new Author('a@x');
        author.books = [new Book('one'), new Book('two')];
        await repository.save(author);
        for (const relationLoadStrategy of ['join', 'query'] as const) {
          const found = await repository.findOneOrFail({
            where: { id: author.id },
            relations: { books: true },
            relationLoadStrategy,
          });
          expect([found.domain(), found.books?.map(({ title }) => title).sort()]).toEqual([
            'x',
            ['one', 'two'],
          ]);
        }
      }));

    test('builds queries: joins, counts, upserts, versions, soft deletes', () =>
      run(async () => {
        const author = await repository.save(new Author('a@x'));
        const book = await dataSource
          .getRepository(Book)
          .save(Object.assign(new Book('one'), { author }));
        book.title = 'two';
        expect((await dataSource.getRepository(Book).save(book)).version).toBe(2);
        const joined = dataSource
          .createQueryBuilder(Author, 'a')
          .leftJoin('a.books', 'b')
          .addSelect('b.title')
          .where('b.title = :title', { title: 'two' });
        expect((await joined.getMany())[0]?.books).toEqual([{ title: 'two' }]);
        await repository.upsert({ email: 'a@x' }, ['email']);
        expect(await repository.count()).toBe(1);
        expect((await repository.update({ email: 'a@x' }, { email: 'b@x' })).affected).toBe(1);
        await repository.softDelete({ email: 'b@x' });
        expect([await repository.count(), await repository.count({ withDeleted: true })]).toEqual([
          0, 1,
        ]);
      }));

    test('a violated constraint is a QueryFailedError with the driver’s error', () =>
      run(async () => {
        await repository.save(new Author('a@x'));
        const error = await repository.save(new Author('a@x')).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(QueryFailedError);
        expect(
          String((error as QueryFailedError<Error & { code: string }>).driverError.code),
        ).toMatch(/SQLITE_CONSTRAINT_UNIQUE|23505|ER_DUP_ENTRY/);
        expect(await repository.count()).toBe(1);
      }));

    test('transactions commit, roll back and nest', () =>
      run(async () => {
        await dataSource.transaction(async (manager) => {
          await manager.save(new Author('kept'));
          const inner = manager.transaction(async (nested) => {
            await nested.save(new Author('lost'));
            throw new Error('boom');
          });
          await expect(inner).rejects.toThrow('boom');
        });
        expect((await repository.find()).map(({ email }) => email)).toEqual(['kept']);
      }));

    test('subscribers hear of what is inserted', () =>
      run(async () => {
        events.length = 0;
        await repository.save(new Author('a@x'));
        expect(events).toEqual(['inserted a@x']);
      }));
  });

  test('values are bound, never written into the statement: one text for every id', async () => {
    await repository.save(['a@x.de', 'b@x.de'].map((email) => new Author(email)));
    const texts = new Set<string>();
    const note = ({ sql }: { sql: string }): unknown => texts.add(sql);
    fixture.engine.on('query', note);
    for (const id of [1, 2]) expect(await repository.findOneBy({ id })).toMatchObject({ id });
    fixture.engine.off('query', note);
    expect([...texts]).toEqual([expect.stringMatching(/= (\?|\$1)\D* LIMIT 1/)]);
    const half = repository.createQueryBuilder('a').select(':n / 2', 'half').limit(1);
    expect(await half.setParameter('n', 5).getRawOne()).toEqual({
      half: { sqlite: 2, postgres: 2, mariadb: '2.5000' }[fixture.name],
    });
    const listed = repository.createQueryBuilder('a').where('a.id IN (:...ids)', { ids: [1, 2] });
    expect(await listed.getCount()).toBe(2);
  });

  test('transactions of overlapping requests do not run into each other', async () => {
    // Stock TypeORM on SQLite shares one query runner: rows answered as saved are lost.
    const kept = Array.from({ length: 20 }, (_, n) => `kept${String(n).padStart(2, '0')}`);
    await Promise.all(
      kept.flatMap((email) => [
        runInScope(async () => {
          await repository.save(new Author(email));
          await new Promise((resolve) => setTimeout(resolve, 1));
          expect(await repository.countBy({ email })).toBe(1);
          await fixture.Session.commit();
        }),
        runInScope(async () => {
          await repository.save(new Author(`lost ${email}`));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }),
      ]),
    );
    expect(await emails()).toEqual(kept);
  });

  test('a transaction begun outside a scope stays the one it is inside', async () => {
    await dataSource.transaction(async (manager) => {
      await runInScope(async () => {
        await manager.save(new Author('outer'));
        await fixture.Session.rollback();
      });
    });
    expect(await emails()).toEqual(['outer']);
  });

  test('migrations run and are undone outside scopes', async () => {
    expect((await dataSource.runMigrations()).map(({ name }) => name)).toEqual([
      'First1700000000001',
    ]);
    expect((await fixture.engine.execute('select id from migrated')).scalars()).toEqual([1]);
    await dataSource.undoLastMigration();
    expect(await dataSource.showMigrations()).toBe(true);
    await fixture.engine.execute('drop table migrations');
  });

  test('a failing migration is rolled back, and foreign keys are checked again afterwards', async () => {
    const failing = await bindTypeorm(fixture.engine, {
      entities: [authors, books],
      migrations: [Failing1700000000002],
      logging: false,
    });
    const quiet = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await expect(outsideScope(() => failing.runMigrations())).rejects.toThrow('nonsense');
    quiet.mockRestore();
    expect(await emails()).toEqual([]);
    for (let i = 0; i < fixture.engine.status().size; i++) {
      await expect(
        fixture.engine.execute("insert into books (title, version, authorId) values ('x', 1, 99)"),
      ).rejects.toThrow(/foreign key|authorid/i);
    }
    await failing.destroy();
    await fixture.engine.execute('drop table migrations');
  });
});
