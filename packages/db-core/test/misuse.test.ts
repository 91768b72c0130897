/** What a reader of Flask types first, and the line that is meant. As in JavaScript: TypeScript refuses all of it. */
import {
  ArgumentError,
  createEngine,
  InvalidRequestError,
  runInScope,
  scopedSession,
  sessionmaker,
} from '@quartet/db-core';

// oxlint-disable-next-line no-explicit-any -- what JavaScript lets through
type Anything = any;

const engine = createEngine('sqlite://');
const factory: Anything = sessionmaker({ bind: engine });
const Session: Anything = scopedSession(sessionmaker({ bind: engine }));
class User {}
afterAll(() => engine.dispose());

test.each(['query', 'add', 'addAll', 'commit', 'rollback', 'execute', 'get', 'flush', 'delete'])(
  'sessionmaker(…).%s() says that a factory is no session',
  (call) => {
    expect(() => factory[call](User)).toThrow(InvalidRequestError);
    expect(() => factory[call](User)).toThrow(
      `scopedSession(sessionmaker({ … })), then Session.${call}(…)`,
    );
    expect(Object.keys(factory)).not.toContain(call);
  },
);

test('what a factory has of its own is as before', async () => {
  factory.configure({ autoflush: false });
  expect(factory.options).toMatchObject({ autoflush: false });
  expect(factory().bind).toBe(engine);
  expect(await factory).toBe(factory);
});

test.each([
  ['an engine', engine],
  ['nothing', undefined],
  ['a URL', 'sqlite://'],
  ['options', { bind: engine }],
  ['a function', () => undefined],
  ['a class', User],
])('scopedSession of %s says what it takes', (_what, given) => {
  expect(() => (scopedSession as Anything)(given)).toThrow(ArgumentError);
  expect(() => (scopedSession as Anything)(given)).toThrow(
    'scopedSession(sessionmaker({ bind: engine }))',
  );
});

test.each([
  ['an engine', engine],
  ['null', null],
  ['a URL', 'sqlite://'],
])('sessionmaker of %s says what it takes', (_what, given) => {
  expect(() => (sessionmaker as Anything)(given)).toThrow(ArgumentError);
  expect(() => (sessionmaker as Anything)(given)).toThrow('sessionmaker({ bind: engine })');
});

test.each([undefined, null, 'users', {}, new User()])(
  'Session.query(%p) says what it takes, and so does get()',
  (given) =>
    runInScope(async () => {
      expect(() => Session.query(given)).toThrow(ArgumentError);
      expect(() => Session.query(given)).toThrow('Session.query(User)');
      expect(() => Session.get(given, 1)).toThrow(ArgumentError);
    }),
);

test.each([undefined, null, 'admin', User])('Session.add(%p) says what it takes', (given) =>
  runInScope(async () => {
    for (const call of ['add', 'delete'])
      expect(() => Session[call](given)).toThrow('Session.add(new User(…))');
    expect(() => Session.add(given)).toThrow(ArgumentError);
  }),
);

test('Base.query = Session.queryProperty() says how a property is defined', async () => {
  class Base {
    static query: Anything = Session.queryProperty();
  }
  for (const call of ['all', 'first', 'filter', 'filterBy', 'count', 'paginate'])
    expect(() => Base.query[call]()).toThrow(
      `Object.defineProperty(Base, 'query', Session.queryProperty()), then Base.query.${call}(…)`,
    );
  expect(await Base.query).toBe(Base.query);
});
