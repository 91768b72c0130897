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
    'createEngine, replicas',
    'an engine has one server',
    () => createEngine('sqlite://', js({ replicas: [] })),
  ],
  [
    'createEngine, nodes',
    'an engine has one server',
    () => createEngine(js({ url: 'sqlite://', nodes: [] })),
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
