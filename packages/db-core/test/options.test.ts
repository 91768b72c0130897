/** Unknown options are refused wherever options are taken, with the option that was meant. */
import {
  ArgumentError,
  createEngine,
  retryable,
  runInScope,
  scopedSession,
  sessionmaker,
  transactional,
} from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import express from 'express';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));
afterAll(() => engine.dispose());

/** As JavaScript passes them. */
const js = (options: object): never => options as never;
const work = async (): Promise<void> => undefined;

const PG = 'postgresql://app@h1/app';

test.each<[string, string, () => unknown]>([
  [
    'createEngine',
    "'poolsize': did you mean 'poolSize'",
    () => createEngine('sqlite://', js({ poolsize: 3 })),
  ],
  [
    'createEngine, a configuration',
    "'pool_size': did you mean 'poolSize'",
    () => createEngine(js({ url: 'sqlite://', pool_size: 3 })),
  ],
  [
    'createEngine, replicas beside a url',
    "no option 'replicas': name several servers in the URL",
    () => createEngine('sqlite://', js({ replicas: [] })),
  ],
  [
    'createEngine, nodes',
    "no option 'nodes'",
    () => createEngine(js({ url: 'sqlite://', nodes: [] })),
  ],
  [
    'createEngine, a url and a primary',
    'either a url, or a primary and its replicas',
    () => createEngine(js({ url: PG, primary: PG, replicas: [PG] })),
  ],
  [
    'createEngine, a primary alone',
    'replicas is a list of URLs, one at least',
    () => createEngine(js({ primary: PG })),
  ],
  [
    'createEngine, replicas that are no list',
    'replicas is a list of URLs, one at least',
    () => createEngine(js({ primary: PG, replicas: PG })),
  ],
  [
    'createEngine, a replica of another database',
    'is no replica of postgresql://app@h1/app: they are different databases',
    () => createEngine({ primary: PG, replicas: ['mariadb://app@h2/app'] }),
  ],
  [
    'createEngine, a server that is there twice',
    'the host h1:5432 is there twice',
    () => createEngine({ primary: PG, replicas: ['postgresql://app@h1:5432/app'] }),
  ],
  [
    'createEngine, replicas of one server',
    "readsFrom: 'replicas' needs several servers, and there is one",
    () => createEngine(PG, { readsFrom: 'replicas' }),
  ],
  [
    'createEngine, replicas to read from, and none to write to',
    'target_session_attrs=standby contradicts reading from replicas',
    () =>
      createEngine('postgresql://app@h1,h2/app?target_session_attrs=standby', {
        readsFrom: 'replicas',
      }),
  ],
  [
    'sessionmaker',
    "'autoFlush': did you mean 'autoflush'",
    () => sessionmaker(js({ autoFlush: false })),
  ],
  ['a factory', "'autoFlush'", () => sessionmaker()(js({ autoFlush: false }))],
  ['configure', "'bindd': did you mean 'bind'", () => Session.configure(js({ bindd: engine }))],
  [
    'scopedSession',
    "'scopeFunc': did you mean 'scopefunc'",
    () => scopedSession(sessionmaker(), js({ scopeFunc: work })),
  ],
  ['Session()', "'readonly': did you mean 'readOnly'", () => Session(js({ readonly: true }))],
  [
    'connect',
    "'autoBegin': did you mean 'autobegin'",
    () => engine.connect(js({ autoBegin: true })),
  ],
  [
    'begin of an engine',
    "'isolationlevel': did you mean 'isolationLevel'",
    () => engine.begin(work, js({ isolationlevel: 'SERIALIZABLE' })),
  ],
  [
    'begin of a connection',
    "'read_only': did you mean 'readOnly'",
    () => engine.connect().begin(js({ read_only: true })),
  ],
  ['begin of a session', "'readonly'", () => Session.begin(work, js({ readonly: true }))],
  [
    'transactional',
    "'propogation': did you mean 'propagation'",
    () => transactional(Session, work, js({ propogation: 'NEVER' })),
  ],
  [
    'transactional, a mode',
    'propagation must be one of REQUIRED',
    () => transactional(Session, work, js({ propagation: 'required' })),
  ],
  [
    'retryable',
    "'attempt': did you mean 'attempts'",
    () => retryable(Session, work, js({ attempt: 3 })),
  ],
  [
    'initApp',
    "'onTearDown': did you mean 'onTeardown'",
    () => initApp(express(), js({ onTearDown: work })),
  ],
])('%s: %s', async (_where, told, call) => {
  const error: unknown = await runInScope(async () => {
    try {
      return await call();
    } catch (thrown) {
      return thrown;
    }
  });
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toContain(told);
});
