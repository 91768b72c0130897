/** What `execute` takes beside a text; with the builders of a real library in db-knex. */
import type { Built } from '@quartet/db-core';
import {
  ArgumentError,
  createEngine,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));
afterAll(() => engine.dispose());
const built = (answer: unknown, more: object = {}): Built => ({ toSQL: () => answer, ...more });

test('engine, connection and session take what was built, in the forms of Knex and of Drizzle', async () => {
  const knex = built({ sql: 'select ? as a', bindings: ['x'] });
  const drizzle = built({ sql: 'select $1 as a', params: ['x'] });
  const named = built([{ sql: 'select :a as a' }]);
  const con = engine.connect();
  await runInScope(async () => {
    for (const where of [engine, con, Session]) {
      for (const statement of [knex, drizzle])
        expect((await where.execute(statement)).scalar()).toBe('x');
      expect((await where.execute(named, { a: 'x' })).scalar()).toBe('x');
    }
  });
  await con.close();
});

describe('refused in words:', () => {
  const refusals: [string, unknown, RegExp][] = [
    ['undefined', undefined, /not undefined/],
    ['null', null, /not null/],
    ['a number', 5, /not number/],
    ['a function', () => 'select 1', /not function/],
    ['an object', { sql: 'select 1' }, /an object of Object/],
    ['the rows of a statement that has run', [{ id: 1 }], /a list of 1.*Leave out the await/],
    ['a promise', new Promise(() => undefined), /not a promise.*Give the builder itself/],
    ['several statements', built([{ sql: 'a' }, { sql: 'b' }]), /what was built is 2.*await the/],
    ['no statement', built([]), /none that can be known before it runs/],
    ['one that its library makes up as it runs', built({ sql: '' }), /none that can be known/],
    ['an answer that is none', built(null), /none that can be known/],
    [
      'one for PostgreSQL',
      built({ sql: 'select 1' }, { client: { dialect: 'postgresql' } }),
      /built for postgresql, and the engine's database is sqlite.*bindKnex/,
    ],
    [
      'one for MariaDB',
      built({ sql: 'select 1' }, { dialect: new (class MySqlDialect {})() }),
      /built for MySqlDialect/,
    ],
  ];
  test.each(refusals)('%s', async (_what, given, why) => {
    await expect(engine.execute(given as never)).rejects.toThrow(why);
    await expect(engine.execute(given as never)).rejects.toThrow(ArgumentError);
    await runInScope(async () => {
      await expect(Session.execute(given as never)).rejects.toThrow(why);
    });
  });

  test('values beside those it was built with', async () => {
    const statement = built({ sql: 'select ? as a', bindings: [1] });
    await expect(engine.execute(statement, [2])).rejects.toThrow(/takes no others.*select \? as a/);
  });
});
