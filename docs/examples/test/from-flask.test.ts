/** The transcripts of the articles, as *From Flask to Express* shows them. */
import { inspect } from 'node:util';
import type { Engine } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import {
  createEngine,
  IntegrityError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';
import { bindTypeorm, createAll, mapper } from '@quartet/db-typeorm';

let engine: Engine;
const Session = scopedSession(sessionmaker({ autoflush: false }));

class User {
  declare static readonly query: Query<User>;
  id!: number;

  constructor(
    public name: string,
    public email: string,
  ) {}

  [inspect.custom](): string {
    return `<User ${inspect(this.name)}>`;
  }
}
Object.defineProperty(User, 'query', Session.queryProperty());

mapper(User, {
  tableName: 'users',
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, length: 50, unique: true },
    email: { type: String, length: 120, unique: true },
  },
});

beforeEach(async () => {
  engine = createEngine('sqlite://');
  Session.configure({ bind: engine });
  await createAll(await bindTypeorm(engine, { entities: [User] }));
});
afterEach(() => engine.dispose());

test('the declarative and the classical transcript', async () => {
  const printed: string[] = [];
  const print = (value: unknown) => printed.push(inspect(value));
  // #region orm-transcript
  await runInScope(async () => {
    const u = new User('admin', 'admin@localhost');
    Session.add(u);
    await Session.commit();

    print(await User.query.all()); // [ <User 'admin'> ]
    print(await User.query.filterBy({ name: 'admin' }).first()); // <User 'admin'>
  });
  // #endregion
  expect(printed).toEqual(["[ <User 'admin'> ]", "<User 'admin'>"]);
});

test('the transcript of the SQL layer', async () => {
  const printed: string[] = [];
  const print = (value: unknown) => printed.push(inspect(value));
  // #region sql-transcript
  const con = engine.connect();
  await con.execute('insert into users (name, email) values (:name, :email)', {
    name: 'admin',
    email: 'admin@localhost',
  }); // commits by itself
  await con.close();

  const r = (await engine.execute('select * from users where id = :1', [1])).first();
  print(r); // (1, 'admin', 'admin@localhost')
  print(r?.['name']); // 'admin'
  // #endregion
  expect(printed).toEqual(["(1, 'admin', 'admin@localhost')", "'admin'"]);
});

test('duplicate, rollback, and the session is usable', () =>
  runInScope(async () => {
    // #region duplicate
    const create = async (username: string, contact: string) => {
      try {
        Session.add(new User(username, contact));
        await Session.commit();
        return `Created account for ${username}`;
      } catch (error) {
        await Session.rollback();
        if (!(error instanceof IntegrityError)) throw error; // the article catches everything
        return 'Creation failed';
      }
    };
    // #endregion
    expect(await create('ana', 'a@localhost')).toBe('Created account for ana');
    expect(await create('ana', 'b@localhost')).toBe('Creation failed');
    expect(await create('bo', 'b@localhost')).toBe('Created account for bo');
  }));
